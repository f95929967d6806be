// The fetcher of GraphiQL: HTTP for queries and mutations, a WebSocket for subscriptions, both with the session's token.
import { Kind, parse } from 'graphql'
import { post } from './http.js'
import { isDetached, subscribe } from './subscriptions.js'
import { accessToken, current, renew } from './session.js'

export function fetcher(params) {
  const operations = operationsOf(params.query)
  // Right after a change of tabs GraphiQL still passes the name of the other tab's operation.
  const named = operations.length === 1 ? { ...params, operationName: undefined } : params
  const chosen = operations.find(({ name }) => name?.value === named.operationName) ?? operations[0]
  return isDetached() || chosen?.operation === 'subscription' ? subscribe(named) : request(named)
}

/** Sends a request, and repeats it with a fresh token if the server no longer accepts this one. */
export async function request(params) {
  const result = await post(params, await accessToken())
  if (!current() || !isUnauthenticated(result)) return result
  await renew()
  return current() ? post(params, current().accessToken) : result
}

// Then nothing was written: without a session only the mutations about sessions do anything.
const isUnauthenticated = ({ data, errors }) =>
  data?.viewer === null || errors?.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED')

function operationsOf(query) {
  try {
    return parse(query).definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
  } catch {
    return [] // the server says what is wrong with it
  }
}
