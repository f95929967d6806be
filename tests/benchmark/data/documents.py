"""The GraphQL documents that are measured."""

VALUES = """
fragment Values on FieldValue {
  key label display
  ... on TextValue { text }
  ... on DecimalValue { decimal }
  ... on DateValue { date }
  ... on ChoiceValue { choices { value label } }
  ... on ReferenceValue { node { id } }
}
"""

TRACKER_TYPES = """
query TrackerTypes {
  trackerTypes {
    id key name description category version viewerCanCreate learnerStatuses
    fields {
      __typename key label help kind required requiredFor visibleWhen { field isOneOf }
      ... on TextField { multiline minLength maxLength format pattern patternHint }
      ... on IntegerField { minimum maximum }
      ... on DecimalField { minimum maximum places }
      ... on DateField { earliest { ...Bound } latest { ...Bound } }
      ... on BooleanField { default mustBeTrue }
      ... on ChoiceField { choices { value label validFrom validTo } multiple }
      ... on ReferenceField { target confirmedOnly }
      ... on FileField { accept maxBytes maxFiles }
    }
  }
}
fragment Bound on DateBound { date today field offsetDays }
"""

PAGE = f"""
query Page($first: Int!) {{
  trackers(first: $first) {{
    nodes {{
      id number status description dueDate createdAt updatedAt version
      type {{ key name }}
      learner {{ id name }}
      assignee {{ id name }}
      createdBy {{ id name }}
      values {{ ...Values }}
    }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
{VALUES}
"""

TRACKER = f"""
query Tracker($id: ID!) {{
  tracker(id: $id) {{
    id number status description dueDate createdAt updatedAt version url
    type {{ key name }}
    learner {{ id name uln programme {{ name }} }}
    assignee {{ id name }}
    createdBy {{ id name }}
    values {{ ...Values }}
    history(first: 20) {{
      nodes {{ id kind at version comment actor {{ id name }} changes {{ path label before after }} }}
      pageInfo {{ hasNextPage }}
    }}
  }}
}}
{VALUES}
"""

ERRORS = "errors { path code message parameters { name value } rule }"

CREATE = f"""
mutation Create($input: CreateTrackerInput!) {{
  createTracker(input: $input) {{
    tracker {{ id number status version assignee {{ id name }} }}
    {ERRORS}
  }}
}}
"""

VALIDATE = """
query Validate($input: CreateTrackerInput!) {
  validateTracker(input: $input) { path code message parameters { name value } rule }
}
"""

NOTIFICATIONS = """
subscription Notifications($after: String) {
  notificationReceived(after: $after) {
    cursor kind text createdAt
    actor { id name }
    tracker { id number status type { key name } }
  }
}
"""
