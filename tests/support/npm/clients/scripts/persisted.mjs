// Continues the Apollo block of docs/clients.md: Apollo's link for persisted queries, and what it sends.
import { createHash } from 'node:crypto'
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries'

const print = (value) => console.log(JSON.stringify(value))
const sha256 = (text) => createHash('sha256').update(text).digest('hex')
const VIEWER = gql`query Viewer { viewer { member { name } } }`
const LEARNERS = gql`query Learners { learners(first: 1) { nodes { uln } } }`
const READ = gql`mutation Read($input: MarkNotificationsReadInput!) { markNotificationsRead(input: $input) { errors { message } } }`

async function observedFetch(uri, options) {
  const sent = options.body ? JSON.parse(options.body) : Object.fromEntries(new URL(uri).searchParams)
  const response = await authorisedFetch(uri, options)
  const { errors } = await response.clone().json()
  print([options.method, 'query' in sent, JSON.stringify(sent.extensions ?? null).includes('persistedQuery'), errors?.map(({ extensions }) => extensions.code) ?? 'data'])
  return response
}

for (const options of [{}, { useGETForHashedQueries: true }]) {
  for (const accept of [undefined, 'application/json']) {
    const headers = { ...(accept && { accept }) }
    const http = new HttpLink({ uri: url, fetch: observedFetch, headers })
    client.setLink(new PersistedQueryLink({ sha256, ...options }).concat(http))
    const { data } = await client.query({ query: VIEWER, fetchPolicy: 'network-only' })
    print(data.viewer.member.name)
    await client.query({ query: LEARNERS, fetchPolicy: 'network-only' })
  }
}
client.setLink(new PersistedQueryLink({ sha256 }).concat(new HttpLink({ uri: url, fetch: observedFetch })))
print((await client.mutate({ mutation: READ, variables: { input: { all: true } } })).data.markNotificationsRead.errors)
