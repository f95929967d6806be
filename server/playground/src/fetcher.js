// GraphiQL's fetcher: HTTP for queries and mutations, WebSocket for subscriptions, both with the session's token.
import { Kind, parse } from 'graphql'
import { post } from './http.js'
import { isDetached, subscribe } from './subscriptions.js'
import { accessToken, currentSession, renew } from './session.js'

export function fetcher(params) {
  const operations = parseOperations(params.query)
  // Right after a change of tabs, GraphiQL still passes the operation name of the previous tab.
  const request = operations.length === 1 ? { ...params, operationName: undefined } : params
  const operation = operations.find(({ name }) => name?.value === request.operationName) ?? operations[0]
  return isDetached() || operation?.operation === 'subscription' ? subscribe(request) : sendRequest(request)
}

/** Sends a request, and repeats it with a new token if the server rejects the current one. */
export async function sendRequest(params) {
  const result = await post(params, await accessToken())
  if (!currentSession() || !isUnauthenticated(result)) return result
  await renew()
  return currentSession() ? post(params, currentSession().accessToken) : result
}

// Such a request can be repeated: without a session, only mutations that manage sessions have an effect.
const isUnauthenticated = ({ data, errors }) =>
  data?.viewer === null || errors?.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED')

function parseOperations(query) {
  try {
    return parse(query).definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
  } catch {
    return [] // the server reports the syntax error
  }
}
