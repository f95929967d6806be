import { useEffect, useRef, useState } from 'react'
import { getEndMessage, signIn } from './session.js'

/** The sign-in form, which is shown if there is no session. */
export function SignIn({ heading }) {
  const [error, setError] = useState(getEndMessage)
  const [busy, setBusy] = useState(false)
  const email = useRef(null)
  const password = useRef(null)
  useEffect(() => email.current.focus(), [])

  async function submit(event) {
    event.preventDefault()
    if (busy) return
    setBusy(true)
    setError('')
    const message = await signIn(email.current.value, password.current.value)
    if (!message) return // the page replaces this form
    setBusy(false)
    setError(message)
    password.current.select()
  }

  return (
    <main className="sign-in">
      <form onSubmit={submit}>
        <p className="brand">Trackers</p>
        <h1>{heading}</h1>
        <label htmlFor="email">E-mail address</label>
        <input id="email" ref={email} type="email" autoComplete="username" required />
        <label htmlFor="password">Password</label>
        <input id="password" ref={password} type="password" autoComplete="current-password" required />
        <p className="alert" role="alert">{error}</p>
        <button type="submit" aria-disabled={busy}>
          {busy ? 'Signing in …' : 'Sign in'}
        </button>
        <p className="after">
          <a href="/password">Forgotten your password?</a>
        </p>
      </form>
    </main>
  )
}
