// Continues the urql block of docs/clients.md: reads a list by POST and by GET, creates trackers, and prints
// errors.
const print = (value) => console.log(JSON.stringify(value))
const LIST = gql`query ($after: String) { trackers(first: 2, after: $after) { edges { node { id number status } } } }`
const OPEN = gql`mutation ($input: CreateTrackerInput!) {
  createTracker(input: $input) { tracker { id number version } errors { path code message } }
}`
const CLOSED = gql`{ trackers(filter: { status: [CLOSED] }) { edges { node { id number status } } } }`
const CLOSE = gql`mutation ($input: UpdateTrackerInput!) { updateTracker(input: $input) { tracker { id status } errors { message } } }`
const listedTrackers = ({ data }) => data.trackers.edges.map(({ node }) => [node.number, node.status])
const graphQLErrors = ({ error }) => error.graphQLErrors

print(listedTrackers(await client.query(LIST, {})))
const input = JSON.parse(process.env.ENTRY)
print((await client.mutation(OPEN, { input: { ...input, values: [] } })).data.createTracker)
const { id, number, version } = (await client.mutation(OPEN, { input })).data.createTracker.tracker
print(number)
print(listedTrackers(await client.query(LIST, {})))
print(listedTrackers(await client.query(LIST, {}, { preferGetMethod: 'force', requestPolicy: 'network-only' })))

const listClosed = async () => listedTrackers(await client.query(CLOSED, {}, { additionalTypenames: ['Tracker'] }))
print(await listClosed())
await client.mutation(CLOSE, { input: { id, version, status: 'CLOSED' } })
print(await listClosed())
print(graphQLErrors(await client.query(LIST, { after: 'rubbish' })))
print(graphQLErrors(await client.query(gql`{ trackers { nope } }`, {})))
