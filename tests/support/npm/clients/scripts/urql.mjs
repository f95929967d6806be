// Goes on from the urql block of docs/guides/client-libraries.md: lists, opens, is refused, and asks by GET.
const say = (what) => console.log(JSON.stringify(what))
const LIST = gql`query ($after: String) { trackers(first: 2, after: $after) { edges { node { id number status } } } }`
const OPEN = gql`mutation ($input: CreateTrackerInput!) {
  createTracker(input: $input) { tracker { id number } errors { path code message } }
}`
const shown = ({ data }) => data.trackers.edges.map(({ node }) => [node.number, node.status])
const refusal = ({ error }) => error.graphQLErrors

say(shown(await client.query(LIST, {})))
const entry = JSON.parse(process.env.ENTRY)
say((await client.mutation(OPEN, { input: { ...entry, values: [] } })).data.createTracker)
say((await client.mutation(OPEN, { input: entry })).data.createTracker.tracker.number)
say(shown(await client.query(LIST, {})))
say(shown(await client.query(LIST, {}, { preferGetMethod: 'force', requestPolicy: 'network-only' })))
say(refusal(await client.query(LIST, { after: 'rubbish' })))
say(refusal(await client.query(gql`{ trackers { nope } }`, {})))
