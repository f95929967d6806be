// Reads errors with errors.js of docs/clients.md, and the answer of a request with onError NULL.
import { errorsByField, readError, whyNull } from './errors.js'
import { authorisedFetch, url } from './session.js'

const print = (value) => console.log(JSON.stringify(value))
const CREATE = 'mutation ($input: CreateTrackerInput!) { createTracker(input: $input) { errors { path message } } }'
const post = async (send, body) => (
  await (await send(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })).json()
)
const { data } = await post(authorisedFetch, { query: CREATE, variables: { input: JSON.parse(process.env.ENTRY) } })
print(errorsByField(data.createTracker.errors, ['dueDate', 'values.issue', 'values.evidence']))

const query = '{ trackers(after: "x") { totalCount } viewer { member { name } } tracker(id: "VHJhY2tlcjow") { id } }'
for (const send of [authorisedFetch, fetchWithNulls]) {
  const answer = await post(send, { query })
  print(answer.data)
  print(answer.errors.map(readError).sort((one, other) => one.message.localeCompare(other.message)))
  print([whyNull(answer.errors, 'trackers')?.message, whyNull(answer.errors, 'tracker')?.message])
}
