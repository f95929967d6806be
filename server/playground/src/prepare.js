// Queries the data for the prepared tabs, once after the sign-in, before the editor opens.
import { sendRequest } from './fetcher.js'
import { trackerId } from './link.js'
import { mainTabs, trackerTabs } from './tabs.js'

const MAIN = `query Prepare {
  viewer { member { id } notificationCursor }
  learners(first: 1) { nodes { id name } }
  members(first: 20, assignableOnly: true) { nodes { id name } }
  trackers(first: 20) { nodes { id version viewerCanEdit } }
}`
const TRACKER = 'query Prepare($id: ID!) { viewer { id } tracker(id: $id) { id version description dueDate } }'

/** Returns the tabs for the page at this path; values that could not be queried are placeholders. */
export async function preparedTabs(path) {
  const id = trackerId(path)
  if (id !== null) {
    const { data } = await sendRequest({ query: TRACKER, variables: { id } })
    return trackerTabs(id, data?.tracker)
  }
  const { data } = await sendRequest({ query: MAIN })
  const me = data?.viewer?.member.id
  return mainTabs({
    learner: data?.learners.nodes[0],
    assignee: data?.members.nodes.find((member) => member.id !== me) ?? data?.members.nodes[0],
    tracker: data?.trackers.nodes.find(({ viewerCanEdit }) => viewerCanEdit),
    cursor: data?.viewer?.notificationCursor,
  })
}
