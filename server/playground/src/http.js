export const ENDPOINT = '/graphql'

/** Sends a request over HTTP. It never throws: failures become results with errors, like those of the API. */
export async function post(params, token) {
  try {
    const response = await fetch(ENDPOINT, {
      method: 'POST',
      headers: {
        accept: 'application/graphql-response+json, application/json',
        'content-type': 'application/json',
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(params),
      credentials: 'omit',
    })
    const text = await response.text()
    return parseJson(text) ?? failure(`The server answered ${response.status} ${response.statusText}: ${text.slice(0, 200)}`)
  } catch (error) {
    return failure(`No answer from the server: ${error.message}`)
  }
}

function parseJson(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const failure = (message) => ({ errors: [{ message }] })
