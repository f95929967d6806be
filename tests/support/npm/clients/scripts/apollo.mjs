// Continues the Apollo blocks of docs/clients.md: reads a list and its next page, creates and updates
// trackers, and prints errors.
import { CombinedGraphQLErrors } from '@apollo/client'

const print = (value) => console.log(JSON.stringify(value))
const LIST = gql`query ($after: String) {
  trackers(first: 2, after: $after) { edges { node { id number status version } } pageInfo { hasNextPage endCursor } }
}`
const UPDATE = gql`mutation ($input: UpdateTrackerInput!) {
  updateTracker(input: $input) { tracker { id status version } errors { path code message } }
}`

const printErrors = (error) => print(CombinedGraphQLErrors.is(error) ? error.errors : String(error))
const list = client.watchQuery({ query: LIST })
const listedTrackers = () => client.readQuery({ query: LIST }).trackers.edges.map(({ node }) => [node.number, node.status])

const { data } = await list.refetch()
print(listedTrackers())
await list.fetchMore({ variables: { after: data.trackers.pageInfo.endCursor } })
print(listedTrackers())

const input = JSON.parse(process.env.ENTRY)
print((await open({ ...input, values: [] })).data.createTracker)
const { trackerEdge } = (await open(input)).data.createTracker
print(listedTrackers())

const { id, version } = trackerEdge.node
const variables = { input: { id, version, status: 'CLOSED' } }
print((await client.mutate({ mutation: UPDATE, variables })).data.updateTracker.errors)
print(listedTrackers())

await list.fetchMore({ variables: { after: 'rubbish' } }).catch(printErrors)
await client.query({ query: gql`{ trackers { nope } }` }).catch(printErrors)
