import { useEffect, useRef, useState } from 'react'
import { getEndMessage, hasPasskeys, signIn, signInWithPasskey } from './session.js'

/** The sign-in form, which is shown if there is no session. It asks for the code of a second factor only where there is one. */
export function SignIn({ heading }) {
  const [error, setError] = useState(getEndMessage)
  const [busy, setBusy] = useState(false)
  const [asksForCode, setAsksForCode] = useState(false)
  const email = useRef(null)
  const password = useRef(null)
  const code = useRef(null)
  useEffect(() => email.current.focus(), [])
  useEffect(() => code.current?.focus(), [asksForCode])

  async function attempt(start) {
    if (busy) return
    setBusy(true)
    setError('')
    const { message, isAboutCode } = await start()
    if (!message) return // the page replaces this form
    setBusy(false)
    setError(message)
    if (isAboutCode) setAsksForCode(true)
    ;(isAboutCode ? code : password).current?.select()
  }

  function submit(event) {
    event.preventDefault()
    attempt(() => signIn(email.current.value, password.current.value, code.current?.value || null))
  }

  const askForPasskey = () =>
    attempt(() =>
      signInWithPasskey().catch(() => ({ message: 'No passkey was used. Try again, or sign in with your password.' })),
    )

  return (
    <main className="sign-in">
      <form onSubmit={submit}>
        <p className="brand">Trackers</p>
        <h1>{heading}</h1>
        <label htmlFor="email">E-mail address</label>
        <input id="email" ref={email} type="email" autoComplete="username" required />
        <label htmlFor="password">Password</label>
        <input id="password" ref={password} type="password" autoComplete="current-password" required />
        {asksForCode && (
          <>
            <label htmlFor="code">Code</label>
            <input id="code" ref={code} autoComplete="one-time-code" autoCapitalize="none" spellCheck="false" required />
          </>
        )}
        <p className="alert" role="alert">{error}</p>
        <button type="submit" aria-disabled={busy}>
          {busy ? 'Signing in …' : 'Sign in'}
        </button>
        {hasPasskeys && (
          <button type="button" aria-disabled={busy} onClick={askForPasskey}>
            Sign in with a passkey
          </button>
        )}
        <p className="after">
          <a href="/password">Forgotten your password?</a> · <a href="/sign-on">Single sign-on</a>
        </p>
      </form>
    </main>
  )
}
