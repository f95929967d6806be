// Goes on from the Apollo blocks of docs/guides/client-libraries.md: lists, pages, opens, updates, is refused.
import { CombinedGraphQLErrors } from '@apollo/client'

const say = (what) => console.log(JSON.stringify(what))
const LIST = gql`query ($after: String) {
  trackers(first: 2, after: $after) { edges { node { id number status version } } pageInfo { hasNextPage endCursor } }
}`
const UPDATE = gql`mutation ($input: UpdateTrackerInput!) {
  updateTracker(input: $input) { tracker { id status version } errors { path code message } }
}`

const refusal = (error) => say(CombinedGraphQLErrors.is(error) ? error.errors : String(error))
const list = client.watchQuery({ query: LIST })
const shown = () => client.readQuery({ query: LIST }).trackers.edges.map(({ node }) => [node.number, node.status])

const { data } = await list.refetch()
say(shown())
await list.fetchMore({ variables: { after: data.trackers.pageInfo.endCursor } })
say(shown())

const entry = JSON.parse(process.env.ENTRY)
say((await open({ ...entry, values: [] })).data.createTracker)
const { trackerEdge } = (await open(entry)).data.createTracker
say(shown())

const { id, version } = trackerEdge.node
const closed = { input: { id, version, status: 'CLOSED' } }
say((await client.mutate({ mutation: UPDATE, variables: closed })).data.updateTracker.errors)
say(shown())

await list.fetchMore({ variables: { after: 'rubbish' } }).catch(refusal)
await client.query({ query: gql`{ trackers { nope } }` }).catch(refusal)
