// The data that the prepared tabs are filled in with: queried once after the sign-in, before the editor opens.
import { request } from './fetcher.js'
import { trackerId } from './link.js'
import { mainTabs, trackerTabs } from './tabs.js'

const MAIN = `query Prepare {
  viewer { member { id } notificationCursor }
  learners(first: 1) { nodes { id name } }
  members(first: 20, assignableOnly: true) { nodes { id name } }
  trackers(first: 20) { nodes { id version viewerCanEdit } }
}`
const TRACKER = 'query Prepare($id: ID!) { viewer { id } tracker(id: $id) { id version description dueDate } }'

/** Returns the tabs for the page at this path; if the server does not answer, with gaps to fill in. */
export async function preparedTabs(path) {
  const id = trackerId(path)
  if (id !== null) {
    const { data } = await request({ query: TRACKER, variables: { id } })
    return trackerTabs(id, data?.tracker)
  }
  const { data } = await request({ query: MAIN })
  const me = data?.viewer?.member.id
  return mainTabs({
    learner: data?.learners.nodes[0],
    assignee: data?.members.nodes.find((member) => member.id !== me) ?? data?.members.nodes[0],
    tracker: data?.trackers.nodes.find(({ viewerCanEdit }) => viewerCanEdit),
    cursor: data?.viewer?.notificationCursor,
  })
}
