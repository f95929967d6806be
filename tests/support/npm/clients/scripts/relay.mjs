// Goes on from the Relay block of docs/guides/client-libraries.md, with what the compiler made of `relay/src/`.
import { createRequire } from 'node:module'

const { commitMutation, ConnectionHandler, createOperationDescriptor, fetchQuery, getSelector, requestSubscription } = relay
const require = createRequire(`${process.env.ARTIFACTS}/`)
const made = (name) => require(`./${name}.graphql.js`)
const say = (what) => console.log(JSON.stringify(what))
const ROOT = 'client:root'

const fetched = (name, variables) => fetchQuery(environment, made(name), variables).toPromise()
const mutate = (name, variables) => new Promise((onCompleted, onError) => {
  commitMutation(environment, { mutation: made(name), variables, onCompleted, onError })
})
const kept = (name, parent, variables) => {
  const operation = createOperationDescriptor(made(name), variables)
  environment.retain(operation)
  const owner = environment.lookup(operation.fragment).data
  return environment.lookup(getSelector(made(parent.fragment), parent.of(owner))).data
}
const list = { fragment: 'trackersList', of: (query) => query }
const comments = { fragment: 'trackersComments', of: (query) => query.tracker }
const shown = () => kept('trackersQuery', list, {}).trackers.edges.map(({ node }) => [node.number, node.status])

await fetched('trackersQuery', {})
say(shown())
const cursor = kept('trackersQuery', list, {}).trackers.pageInfo.endCursor
await fetched('trackersPageQuery', { count: 2, cursor })
say(shown())

const input = JSON.parse(process.env.ENTRY)
const connections = [ConnectionHandler.getConnectionID(ROOT, 'trackersList_trackers', { filter: null })]
say((await mutate('trackersOpenMutation', { input: { ...input, values: [] }, connections })).createTracker)
const { node } = (await mutate('trackersOpenMutation', { input, connections })).createTracker.trackerEdge
say(shown())
await mutate('trackersUpdateMutation', { input: { id: node.id, version: node.version, status: 'CLOSED' } })
say(shown())

const tracker = { id: node.id }
await fetched('trackersTrackerQuery', tracker)
const said = [ConnectionHandler.getConnectionID(node.id, 'trackersComments_comments')]
await mutate('trackersCommentMutation', { input: { trackerId: node.id, text: 'Done.' }, connections: said })
say(kept('trackersTrackerQuery', comments, tracker).comments.edges.map((edge) => edge.node.text))

say(await fetched('trackersViewerQuery', {}))
const subscription = requestSubscription(environment, {
  subscription: made('trackersAssignedSubscription'),
  variables: { after: '0' },
  onNext: ({ trackerAssigned }) => {
    say(trackerAssigned)
    subscription.dispose()
  },
})
