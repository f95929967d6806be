// What the page opens with.

const SIGN_IN = `mutation SignIn {
  signIn(input: {email: "...", password: "..."}) {
    session { accessToken }
    errors { path message }
  }
}
`

const HOW_TO_SIGN_IN = `# Sign in first: fill in the two values of SignIn
# and run it (the play button lists what to run).
# Then give the accessToken of its answer in the
# Headers tab below:
#   {"Authorization": "Bearer ..."}
# Subscriptions send it too. It is good for ten
# minutes; reloading the page forgets it.
`

const WELCOME = `# The trackers API. Its documentation is behind
# the book on the left; Ctrl-Space completes.
#
${HOW_TO_SIGN_IN}
${SIGN_IN}
query NewestTrackers {
  viewer {
    member { name roles }
    unreadNotifications
  }
  trackers(first: 10) {
    nodes {
      number
      type { name }
      status
      learner { name }
      assignee { name }
      dueDate
      url
    }
  }
}

# Shows each tracker that somebody assigns to you,
# until you stop it.
subscription Assigned {
  trackerAssigned {
    cursor
    text
    tracker { number type { name } url }
  }
}
`

const TRACKER = `${HOW_TO_SIGN_IN}
query Tracker($id: ID!) {
  tracker(id: $id) {
    id
    number
    type { key name }
    typeVersion
    status
    learner { name }
    assignee { name }
    description
    dueDate
    values { key label display }
    version
    url
    history(first: 20) {
      nodes { kind at actor { name } }
    }
  }
}

${SIGN_IN}`

// A comment is allowed there, so the place for the token shows without sending an empty one.
const HEADERS = `{
  // "Authorization": "Bearer ..."
}`

/** GraphiQL's properties for the page at this path: at /trackers/{id} that tracker's query, else the welcome. */
export function opening(path) {
  const id = trackerId(path)
  if (id === null) {
    return { defaultQuery: WELCOME, defaultHeaders: HEADERS, defaultEditorToolsVisibility: 'headers' }
  }
  return {
    initialQuery: TRACKER,
    initialVariables: JSON.stringify({ id }, null, 2),
    defaultQuery: '',
    defaultHeaders: HEADERS,
    defaultEditorToolsVisibility: 'variables',
  }
}

function trackerId(path) {
  const encoded = /^\/trackers\/([^/]+)\/?$/.exec(path)?.[1]
  if (encoded === undefined) return null
  try {
    return decodeURIComponent(encoded)
  } catch {
    return encoded
  }
}
