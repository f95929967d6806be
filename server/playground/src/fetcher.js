// How the editor asks the API: HTTP for queries and mutations, a socket for subscriptions, both as who is signed in.
import { Kind, parse } from 'graphql'
import { ask } from './ask.js'
import { isBack, listen } from './listening.js'
import { accessToken, current, renew } from './session.js'

export function fetcher(params) {
  const operations = operationsOf(params.query)
  // Right after a change of tabs GraphiQL still gives the name of the other tab's operation.
  const named = operations.length === 1 ? { ...params, operationName: undefined } : params
  const chosen = operations.find(({ name }) => name?.value === named.operationName) ?? operations[0]
  return isBack() || chosen?.operation === 'subscription' ? listen(named) : request(named)
}

/** Asks, and asks again with a fresh token where the server no longer takes this one. */
export async function request(params) {
  const answer = await ask(params, await accessToken())
  if (!current() || !isStranger(answer)) return answer
  await renew()
  return current() ? ask(params, current().accessToken) : answer
}

// Nothing was written then: without a session only those about sessions themselves are done.
const isStranger = ({ data, errors }) =>
  data?.viewer === null || errors?.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED')

function operationsOf(query) {
  try {
    return parse(query).definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
  } catch {
    return [] // the server says what is wrong with it
  }
}
