// The session. Its tokens are stored in the sessionStorage of this browser tab, so they survive a reload and no other tab
// has them; they are renewed before they expire. The password is not stored. The token by which the server knows this device
// again stays in the localStorage, also after signing out. It opens nothing, and names nobody.
import { post } from './http.js'

const KEY = 'trackers:session'
const DEVICE = 'trackers:device'
const LAST_MEMBER = 'trackers:last'
const RENEW_BEFORE_EXPIRY = 120_000 // milliseconds
const RETRY_AFTER = 10_000 // milliseconds

const SESSION = `
  session {
    accessToken accessTokenExpiresAt refreshToken deviceToken
    viewer { member { id name email } organisation { name } }
  }
  errors { path code message }
`
const SIGN_IN = `mutation SignIn($input: SignInInput!) { signIn(input: $input) { ${SESSION} } }`
const BEGIN_PASSKEY = 'mutation BeginPasskey { beginPasskeySignIn { options errors { message } } }'
const USE_PASSKEY = `mutation UsePasskey($input: SignInWithPasskeyInput!) { signInWithPasskey(input: $input) { ${SESSION} } }`
const REFRESH = `mutation Refresh($token: String!) { refreshSession(refreshToken: $token) { ${SESSION} } }`
const SIGN_OUT = 'mutation SignOut($token: String!) { signOut(refreshToken: $token) }'

const watchers = new Set()
let session = JSON.parse(sessionStorage.getItem(KEY))
let endMessage = ''
let timer
let renewing

const knownDevice = () => localStorage.getItem(DEVICE)

/** Returns the session, or null. It is replaced by a new object whenever its tokens are renewed. */
export const currentSession = () => session

/** Returns the message for the sign-in form that says why the session ended, or an empty string. */
export const getEndMessage = () => endMessage

/** Calls a function whenever the session changes; returns a function that removes it. */
export function watchSession(watcher) {
  watchers.add(watcher)
  return () => watchers.delete(watcher)
}

/**
 * Signs in with an e-mail address, a password and the code of a second factor, if there is one. Returns the error messages,
 * empty on success, and whether they are about the code.
 */
export async function signIn(email, password, code) {
  return accept(await post({ query: SIGN_IN, variables: { input: { email, password, code, deviceToken: knownDevice() } } }))
}

/** Signs in with a passkey that the browser asks for; returns the same. Throws what the browser does if there is none. */
export async function signInWithPasskey() {
  const { data, errors } = await post({ query: BEGIN_PASSKEY })
  const failures = errors ?? data.beginPasskeySignIn.errors
  if (failures.length) return explain(failures)
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(data.beginPasskeySignIn.options))
  const credential = JSON.stringify(await navigator.credentials.get({ publicKey }))
  return accept(await post({ query: USE_PASSKEY, variables: { input: { credential, deviceToken: knownDevice() } } }))
}

/** Whether this page can ask for passkeys: they belong to a name, not to a network address. */
export const hasPasskeys =
  'parseRequestOptionsFromJSON' in (window.PublicKeyCredential ?? {}) && !/^(\[|[\d.]+$)/.test(location.hostname)

function accept({ data, errors }) {
  const payload = data && Object.values(data)[0]
  const failures = errors ?? payload.errors
  if (failures.length) return explain(failures)
  const { member } = payload.session.viewer
  // Another member's texts must not appear in the editors.
  if (sessionStorage.getItem(LAST_MEMBER) !== member.id) sessionStorage.clear()
  sessionStorage.setItem(LAST_MEMBER, member.id)
  begin(payload.session)
  return { message: '', isAboutCode: false }
}

const explain = (failures) => ({
  message: failures.map(({ message }) => message).join(' '),
  isAboutCode: failures.some(({ path }) => path?.[0] === 'code'),
})

/** Returns an access token for the next request, renewing it if it is due; null without a session. */
export async function accessToken() {
  if (session && Date.now() >= session.due) await renew()
  return session?.accessToken ?? null
}

/** Exchanges the refresh token for a new pair of tokens; concurrent calls share one exchange. */
export function renew() {
  renewing ??= exchange().finally(() => (renewing = undefined))
  return renewing
}

async function exchange() {
  const sessionBefore = session
  const { data } = await post({ query: REFRESH, variables: { token: sessionBefore.refreshToken } })
  if (session !== sessionBefore) return
  if (data?.refreshSession?.session) begin(data.refreshSession.session)
  else if (data?.refreshSession?.errors.some(({ code }) => code === 'INVALID_CREDENTIALS')) {
    end('Your session has ended. Sign in again.')
  } else timer = setTimeout(renew, RETRY_AFTER)
}

/** Ends the session, here and on the server, and deletes the texts of the editors. */
export function signOut() {
  const { refreshToken } = session
  sessionStorage.clear()
  end('')
  return post({ query: SIGN_OUT, variables: { token: refreshToken } })
}

function begin({ accessToken, accessTokenExpiresAt, refreshToken, deviceToken, viewer }) {
  localStorage.setItem(DEVICE, deviceToken)
  // Wait in any case, so that a wrong clock does not make the page renew the token in a tight loop.
  const due = Math.max(Date.parse(accessTokenExpiresAt) - RENEW_BEFORE_EXPIRY, Date.now() + RETRY_AFTER)
  replace({ accessToken, refreshToken, due, member: viewer.member, organisation: viewer.organisation })
  sessionStorage.setItem(KEY, JSON.stringify(session))
  schedule()
}

function end(message) {
  endMessage = message
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
