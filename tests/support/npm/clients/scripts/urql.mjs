// Continues the urql block of docs/clients.md: reads a list by POST and by GET, creates trackers, and prints
// errors.
const print = (value) => console.log(JSON.stringify(value))
const LIST = gql`query ($after: String) { trackers(first: 2, after: $after) { edges { node { id number status } } } }`
const OPEN = gql`mutation ($input: CreateTrackerInput!) {
  createTracker(input: $input) { tracker { id number } errors { path code message } }
}`
const listedTrackers = ({ data }) => data.trackers.edges.map(({ node }) => [node.number, node.status])
const graphQLErrors = ({ error }) => error.graphQLErrors

print(listedTrackers(await client.query(LIST, {})))
const input = JSON.parse(process.env.ENTRY)
print((await client.mutation(OPEN, { input: { ...input, values: [] } })).data.createTracker)
print((await client.mutation(OPEN, { input })).data.createTracker.tracker.number)
print(listedTrackers(await client.query(LIST, {})))
print(listedTrackers(await client.query(LIST, {}, { preferGetMethod: 'force', requestPolicy: 'network-only' })))
print(graphQLErrors(await client.query(LIST, { after: 'rubbish' })))
print(graphQLErrors(await client.query(gql`{ trackers { nope } }`, {})))
