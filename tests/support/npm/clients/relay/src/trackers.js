// The documents of a Relay application: a paginated list, refetchable pages, and edges that are inserted into the list.
import { graphql } from 'relay-runtime'

graphql`
  query trackersQuery {
    ...trackersList
  }
`

graphql`
  fragment trackersList on Query
  @argumentDefinitions(
    count: { type: "Int", defaultValue: 2 }
    cursor: { type: "String" }
    filter: { type: "TrackerFilter" }
    orderBy: { type: "[TrackerOrder!]" }
  )
  @refetchable(queryName: "trackersPageQuery") {
    trackers(first: $count, after: $cursor, filter: $filter, orderBy: $orderBy)
      @connection(key: "trackersList_trackers") {
      edges {
        node {
          id
          number
          status
          version
        }
      }
    }
  }
`

graphql`
  fragment trackersComments on Tracker
  @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" })
  @refetchable(queryName: "trackersCommentsQuery") {
    comments(first: $count, after: $cursor) @connection(key: "trackersComments_comments") {
      edges {
        node {
          id
          text
        }
      }
    }
  }
`

graphql`
  query trackersTrackerQuery($id: ID!) {
    tracker(id: $id) {
      number
      ...trackersComments
    }
  }
`

graphql`
  mutation trackersOpenMutation($input: CreateTrackerInput!, $connections: [ID!]!) {
    createTracker(input: $input) {
      trackerEdge @prependEdge(connections: $connections) {
        node {
          id
          number
          status
          version
        }
      }
      errors {
        path
        code
        message
      }
    }
  }
`

graphql`
  mutation trackersCommentMutation($input: AddCommentInput!, $connections: [ID!]!) {
    addComment(input: $input) {
      commentEdge @appendEdge(connections: $connections) {
        node {
          id
          text
        }
      }
      errors {
        code
      }
    }
  }
`

graphql`
  mutation trackersUpdateMutation($input: UpdateTrackerInput!) {
    updateTracker(input: $input) {
      tracker {
        id
        status
        version
      }
      errors {
        code
      }
    }
  }
`

graphql`
  query trackersViewerQuery {
    viewer {
      notificationCursor
      unreadNotifications
      member {
        name
      }
    }
  }
`

graphql`
  subscription trackersAssignedSubscription($after: String) {
    trackerAssigned(after: $after) {
      cursor
      tracker {
        number
      }
    }
  }
`
