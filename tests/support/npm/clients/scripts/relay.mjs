// Continues the Relay block of docs/clients.md, with the artifacts that the compiler generates from `relay/src/`.
import { createRequire } from 'node:module'

const { commitMutation, createOperationDescriptor, fetchQuery, getSelector, requestSubscription } = relay
const require = createRequire(`${process.env.ARTIFACTS}/`)
const artifact = (name) => require(`./${name}.graphql.js`)
const print = (value) => console.log(JSON.stringify(value))

const runQuery = (name, variables) => fetchQuery(environment, artifact(name), variables).toPromise()
const mutate = (name, variables) => new Promise((onCompleted, onError) => {
  commitMutation(environment, { mutation: artifact(name), variables, onCompleted, onError })
})
const readFragment = (name, parent, variables) => {
  const operation = createOperationDescriptor(artifact(name), variables)
  environment.retain(operation)
  const owner = environment.lookup(operation.fragment).data
  return environment.lookup(getSelector(artifact(parent.fragment), parent.of(owner))).data
}
const listFragment = { fragment: 'trackersList', of: (query) => query }
const commentsFragment = { fragment: 'trackersComments', of: (query) => query.tracker }
const listedTrackers = () => readFragment('trackersQuery', listFragment, {}).trackers.edges.map(({ node }) => [node.number, node.status])

await runQuery('trackersQuery', {})
print(listedTrackers())
const cursor = readFragment('trackersQuery', listFragment, {}).trackers.pageInfo.endCursor
await runQuery('trackersPageQuery', { count: 2, cursor })
print(listedTrackers())

const input = JSON.parse(process.env.ENTRY)
print((await mutate('trackersOpenMutation', { input: { ...input, values: [] }, connections })).createTracker)
const { node } = (await mutate('trackersOpenMutation', { input, connections })).createTracker.trackerEdge
print(listedTrackers())
await mutate('trackersUpdateMutation', { input: { id: node.id, version: node.version, status: 'CLOSED' } })
print(listedTrackers())

const variables = { id: node.id }
await runQuery('trackersTrackerQuery', variables)
const commentConnections = [ConnectionHandler.getConnectionID(node.id, 'trackersComments_comments')]
await mutate('trackersCommentMutation', { input: { trackerId: node.id, text: 'Done.' }, connections: commentConnections })
print(readFragment('trackersTrackerQuery', commentsFragment, variables).comments.edges.map((edge) => edge.node.text))

print(await runQuery('trackersViewerQuery', {}))
const subscription = requestSubscription(environment, {
  subscription: artifact('trackersAssignedSubscription'),
  variables: { after: '0' },
  onNext: ({ trackerAssigned }) => {
    print(trackerAssigned)
    subscription.dispose()
  },
})
