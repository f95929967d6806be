// How the page asks the API: HTTP for queries and mutations, a socket for subscriptions. The headers are those of
// the Headers tab; its Authorization goes into the socket's connection_init too.
import { getOperationAST } from 'graphql'
import { createClient } from 'graphql-ws'

const ENDPOINT = '/graphql'

export function fetcher(params, { headers = {}, documentAST } = {}) {
  const operation = documentAST && getOperationAST(documentAST, params.operationName)
  return operation?.operation === 'subscription' ? subscription(params, headers) : post(params, headers)
}

async function post(params, headers) {
  try {
    const response = await fetch(ENDPOINT, {
      method: 'POST',
      headers: {
        accept: 'application/graphql-response+json, application/json',
        'content-type': 'application/json',
        ...headers,
      },
      body: JSON.stringify(params),
    })
    const text = await response.text()
    return asJson(text) ?? failure(`The server answered ${response.status} ${response.statusText}: ${text.slice(0, 200)}`)
  } catch (error) {
    return failure(`No answer from the server: ${error.message}`)
  }
}

function asJson(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const failure = (message) => ({ errors: [{ message }] })

// One socket a subscription, never reconnected behind the reader's back: why it closed is the answer.
function subscription(params, headers) {
  return {
    subscribe(sink) {
      const client = createClient({
        url: new URL(ENDPOINT, location.href).href.replace(/^http/, 'ws'),
        connectionParams: connectionParams(headers),
        retryAttempts: 0,
      })
      const unsubscribe = client.subscribe(params, {
        next: (result) => sink.next(result),
        error: (error) => sink.error(reason(error)),
        complete: () => sink.complete(),
      })
      return { unsubscribe }
    },
  }
}

function connectionParams(headers) {
  const name = Object.keys(headers).find((key) => key.toLowerCase() === 'authorization')
  return name && { authorization: headers[name] }
}

function reason(error) {
  if (Array.isArray(error)) return error
  if (error instanceof CloseEvent) return { message: `The socket was closed: ${error.code} ${error.reason}`.trim() }
  return { message: error?.message ?? 'The socket failed' }
}
