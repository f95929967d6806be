// Continues the block on uploads of docs/clients.md: attaches a file to a new tracker, then uploads one of the wrong type.
import { authorisedFetch, url } from './session.js'

const print = (value) => console.log(JSON.stringify(value))
const CREATE = `mutation ($input: CreateTrackerInput!) {
  createTracker(input: $input) {
    tracker { values { key ... on FileValue { files { name mediaType } } } } errors { path message }
  }
}`
const entry = JSON.parse(process.env.ENTRY)
const png = Uint8Array.from(atob(process.env.PNG), (character) => character.charCodeAt(0))
const evidence = await attach(new File([png], 'slip.png', { type: 'image/png' }))
const body = JSON.stringify({ query: CREATE, variables: { input: { ...entry, values: [...entry.values, evidence] } } })
const response = await authorisedFetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
print((await response.json()).data.createTracker)
await attach(new File(['text'], 'notes.txt', { type: 'text/plain' })).catch(({ code, message }) => print({ code, message }))
