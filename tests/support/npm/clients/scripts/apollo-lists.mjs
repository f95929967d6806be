// Continues the Apollo blocks of docs/clients.md: lists by filter and order, before and after a tracker is created.
const print = (value) => console.log(JSON.stringify(value))
const LIST = gql`query ($filter: TrackerFilter, $orderBy: [TrackerOrder!], $after: String) {
  trackers(first: 2, filter: $filter, orderBy: $orderBy, after: $after) {
    edges { cursor node { id number } } pageInfo { hasNextPage endCursor }
  }
}`
const lists = [
  {},
  { filter: { status: ['NEW'] } },
  { filter: { status: ['CLOSED'] } },
  { orderBy: [{ field: 'CREATED_AT', direction: 'ASC' }] },
].map((variables) => client.watchQuery({ query: LIST, variables }))
const isLoading = (list) => list.getCurrentResult().loading
async function printLists() {
  do await new Promise((done) => setTimeout(done, 20)); while (lists.some(isLoading))
  print(lists.map((list) => list.getCurrentResult().data.trackers.edges.map(({ node }) => node.number)))
}

const subscriptions = lists.map((list) => list.subscribe(() => {}))
await printLists()
for (const list of lists.filter((each) => each.getCurrentResult().data.trackers.pageInfo.hasNextPage)) {
  await list.fetchMore({ variables: { after: list.getCurrentResult().data.trackers.pageInfo.endCursor } })
}
await printLists()
await open(JSON.parse(process.env.ENTRY))
await printLists()
lists[0].refetch()
await printLists()
for (const subscription of subscriptions) subscription.unsubscribe()
