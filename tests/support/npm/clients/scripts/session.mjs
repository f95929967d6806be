// Three requests at once with a token that has expired, and one after the session's end; prints what was sent for them.
import { SignedOut, authorisedFetch, saveSession, url } from './session.js'
import { load, save } from './store.js'

const print = (value) => console.log(JSON.stringify(value))
const send = globalThis.fetch
const sent = []
globalThis.fetch = (input, options) => {
  sent.push(JSON.parse(options.body).query.includes('refreshSession') ? 'renewal' : 'query')
  return send(input, options)
}
const body = JSON.stringify({ query: '{ viewer { member { name } } }' })
const headers = { 'content-type': 'application/json' }
const ask = async () => (await (await authorisedFetch(url, { method: 'POST', headers, body })).json()).data.viewer.member.name

print(await Promise.all([ask(), ask(), ask()]))
print(sent.splice(0))

const ended = (error) => print([error instanceof SignedOut, ...sent.splice(0)])
const session = await load()
await saveSession({ ...session, accessToken: process.env.EXPIRED, refreshToken: 'unknown' })
await ask().catch(ended)
print(await load())

await saveSession({ ...session, accessToken: process.env.EXPIRED })
await save({ ...session, viewer: { member: { id: 'of another member' } } }) // in another tab
await ask().catch(ended)
await ask().catch(ended)
print((await load()).viewer.member.id)
