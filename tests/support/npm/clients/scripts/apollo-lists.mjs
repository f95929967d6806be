// Continues the Apollo blocks of docs/clients.md: lists by filter and order, and a learner's, before and after a tracker is
// created and closed.
const print = (value) => console.log(JSON.stringify(value))
const LIST = gql`query ($filter: TrackerFilter, $orderBy: [TrackerOrder!], $after: String) {
  trackers(first: 2, filter: $filter, orderBy: $orderBy, after: $after) {
    edges { cursor node { id number } } pageInfo { hasNextPage endCursor }
  }
}`
const LEARNER = gql`query ($id: ID!) { learner(id: $id) { id trackers(first: 1) { edges { cursor node { id number } } } } }`
const CLOSE = gql`mutation ($input: UpdateTrackerInput!) {
  updateTracker(input: $input) { tracker { id status version } errors { message } }
}`
const entry = JSON.parse(process.env.ENTRY)
const lists = [
  {},
  { filter: { status: ['NEW'] } },
  { filter: { status: ['CLOSED'] } },
  { orderBy: [{ field: 'CREATED_AT', direction: 'ASC' }] },
].map((variables) => client.watchQuery({ query: LIST, variables }))
const learner = client.watchQuery({ query: LEARNER, variables: { id: entry.learnerId } })
const isLoading = (list) => list.getCurrentResult().loading
async function printLists() {
  do await new Promise((done) => setTimeout(done, 20)); while ([...lists, learner].some(isLoading))
  const connections = [...lists.map((list) => list.getCurrentResult().data), learner.getCurrentResult().data.learner]
  print(connections.map(({ trackers: { edges } }) => edges.map(({ node }) => node.number)))
}

const subscriptions = [...lists, learner].map((list) => list.subscribe(() => {}))
await printLists()
for (const list of lists.filter((each) => each.getCurrentResult().data.trackers.pageInfo.hasNextPage)) {
  await list.fetchMore({ variables: { after: list.getCurrentResult().data.trackers.pageInfo.endCursor } })
}
await printLists()
const { id, version } = (await open(entry)).data.createTracker.trackerEdge.node
await printLists()
await client.mutate({ mutation: CLOSE, variables: { input: { id, version, status: 'CLOSED' } }, update: dropOtherLists })
await printLists()
for (const subscription of subscriptions) subscription.unsubscribe()
