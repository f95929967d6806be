// The operations of the prepared tabs. Their lines are short, because the editor takes half of the window.

export const TYPES = `# The types of trackers, each with its form:
# render it from the result. Ctrl-Enter runs this,
# Ctrl-Space completes what you type, and the
# book on the left is the documentation. With the
# keyboard alone: Esc leaves an editor, Tab goes
# on, and Enter goes into the next one.
query TrackerTypes {
  trackerTypes(creatableOnly: true) {
    key
    name
    category
    fields {
      key
      label
      kind
      required
      visibleWhen { field isOneOf }
      ... on ChoiceField {
        multiple
        choices { value label }
      }
    }
  }
}
`

export const CREATE = `# Creates a tracker, or returns everything that
# is wrong with the input. The variables below
# have three mistakes: run it, correct them, run
# it again. The query validateTracker returns
# the same errors and never writes.
mutation CreateTracker(
  $input: CreateTrackerInput!
) {
  createTracker(input: $input) {
    tracker {
      id
      number
      status
      assignee { name }
      url
    }
    errors { path code message rule }
  }
}
`

export const LIST = `# The trackers that you may see, newest first.
# All conditions of the filter must be met:
# status, type, assigneeId, learnerId, … For the
# next page, set the variable after to endCursor.
query ListTrackers(
  $filter: TrackerFilter
  $first: Int
  $after: String
) {
  trackers(
    filter: $filter
    first: $first
    after: $after
  ) {
    totalCount
    nodes {
      id
      number
      type { name }
      status
      learner { name }
      assignee { name }
      dueDate
    }
    pageInfo { hasNextPage endCursor }
  }
}
`

export const EDIT = `# CheckEdit returns everything that is wrong with
# the change, and writes nothing. EditTracker makes
# the change: the button above lets you choose, and
# Ctrl-Enter runs the one with the cursor.
# Only what the variables name is changed. The
# version is the one that you read last: if the
# tracker has been changed since, nothing is
# written and you get an error. The result has the
# version for the next change.
query CheckEdit($input: UpdateTrackerInput!) {
  validateTrackerUpdate(input: $input) {
    path
    code
    message
    rule
  }
}

mutation EditTracker(
  $input: UpdateTrackerInput!
) {
  updateTracker(input: $input) {
    tracker {
      id
      number
      version
      status
      description
      dueDate
    }
    errors { path code message rule }
  }
}
`

export const LISTEN = `# Shows the newest tracker that somebody else
# assigns to you. It goes on while you work in
# other tabs, until you stop it. What happened
# after the variable's cursor is shown first.
# To try it, sign in as somebody else in a
# second window, and assign a tracker there.
subscription Listen($after: String) {
  trackerAssigned(after: $after) {
    cursor
    kind
    text
    createdAt
    tracker {
      id
      number
      type { name }
      status
      learner { name }
      url
    }
  }
}
`

export const TRACKER = `# The tracker of your link. The next tab checks
# and makes a change to it; the third shows every
# change while it is made.
query Tracker($id: ID!) {
  tracker(id: $id) {
    id
    number
    version
    type { key name }
    status
    learner { name }
    assignee { name }
    createdBy { name }
    dueDate
    description
    values { key label display }
    viewerCanEdit
    transitions {
      to
      viewerCanTake
      requiredFields
      commentRequired
    }
    comments(first: 20) {
      nodes { author { name } text createdAt }
    }
    history(first: 20) {
      nodes { kind at actor { name } }
    }
    url
  }
}
`

export const FOLLOW = `# The changes to the tracker while this runs,
# your own included.
subscription Follow($id: ID!) {
  trackerChanged(id: $id) {
    kind
    at
    version
    actor { name }
    comment
    changes { label before after }
  }
}
`
