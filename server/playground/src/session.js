// Who is signed in. The tokens live in the sessionStorage of this tab of the browser, so a reload keeps them and no
// other tab has them; they are renewed before they run out. The password is sent and kept nowhere.
import { ask } from './ask.js'

const KEY = 'trackers:session'
const LAST = 'trackers:last'
const EARLY = 120_000
const AGAIN = 10_000

const SESSION = `
  session {
    accessToken accessTokenExpiresAt refreshToken
    viewer { member { id name email } organisation { name } }
  }
  errors { code message }
`
const SIGN_IN = `mutation SignIn($input: SignInInput!) { signIn(input: $input) { ${SESSION} } }`
const REFRESH = `mutation Refresh($token: String!) { refreshSession(refreshToken: $token) { ${SESSION} } }`
const SIGN_OUT = 'mutation SignOut($token: String!) { signOut(refreshToken: $token) }'

const watchers = new Set()
let session = JSON.parse(sessionStorage.getItem(KEY))
let ended = ''
let timer
let renewing

/** The session, an object that is replaced whenever its tokens are, or null. */
export const current = () => session

/** Why there is no session any more, for the form to say; empty if nobody needs to be told. */
export const whyEnded = () => ended

/** Has a function called whenever the session changes; answers how to stop that. */
export function watch(watcher) {
  watchers.add(watcher)
  return () => watchers.delete(watcher)
}

/** Signs in; answers what was wrong in words, or nothing. */
export async function signIn(email, password) {
  const { data, errors } = await ask({ query: SIGN_IN, variables: { input: { email, password } } })
  const refused = errors ?? data.signIn.errors
  if (refused.length) return refused.map(({ message }) => message).join(' ')
  const { member } = data.signIn.session.viewer
  // What somebody else left in the editors is not for this member.
  if (sessionStorage.getItem(LAST) !== member.id) sessionStorage.clear()
  sessionStorage.setItem(LAST, member.id)
  begin(data.signIn.session)
  return ''
}

/** A token that is good for the next request; null if nobody is signed in. */
export async function accessToken() {
  if (session && Date.now() >= session.due) await renew()
  return session?.accessToken ?? null
}

/** Exchanges the refresh token for a fresh pair; several who ask at once share one exchange. */
export function renew() {
  renewing ??= exchange().finally(() => (renewing = undefined))
  return renewing
}

async function exchange() {
  const asked = session
  const { data } = await ask({ query: REFRESH, variables: { token: asked.refreshToken } })
  if (session !== asked) return
  if (data?.refreshSession?.session) begin(data.refreshSession.session)
  else if (data?.refreshSession?.errors.some(({ code }) => code === 'INVALID_CREDENTIALS')) {
    end('Your session has ended. Sign in again.')
  } else timer = setTimeout(renew, AGAIN)
}

/** Ends the session, here and on the server, and forgets what was in the editors. */
export function signOut() {
  const { refreshToken } = session
  sessionStorage.clear()
  end('')
  return ask({ query: SIGN_OUT, variables: { token: refreshToken } })
}

function begin({ accessToken, accessTokenExpiresAt, refreshToken, viewer }) {
  // A clock that is wrong must not have the page ask without a pause.
  const due = Math.max(Date.parse(accessTokenExpiresAt) - EARLY, Date.now() + AGAIN)
  replace({ accessToken, refreshToken, due, member: viewer.member, organisation: viewer.organisation })
  sessionStorage.setItem(KEY, JSON.stringify(session))
  schedule()
}

function end(why) {
  ended = why
  sessionStorage.removeItem(KEY)
  replace(null)
}

function replace(next) {
  clearTimeout(timer)
  session = next
  for (const watcher of watchers) watcher()
}

function schedule() {
  timer = setTimeout(renew, Math.max(session.due - Date.now(), 0))
}

if (session) schedule()
