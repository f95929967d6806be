import { useEffect, useRef, useState } from 'react'
import { signIn, whyEnded } from './session.js'

/** The form before anything else; `purpose` says what comes after it. */
export function SignIn({ purpose }) {
  const [wrong, setWrong] = useState(whyEnded)
  const [busy, setBusy] = useState(false)
  const email = useRef(null)
  const password = useRef(null)
  useEffect(() => email.current.focus(), [])

  async function submit(event) {
    event.preventDefault()
    if (busy) return
    setBusy(true)
    setWrong('')
    const refusal = await signIn(email.current.value, password.current.value)
    if (!refusal) return // the page goes on without this form
    setBusy(false)
    setWrong(refusal)
    password.current.select()
  }

  return (
    <main className="sign-in">
      <form onSubmit={submit}>
        <p className="brand">Trackers</p>
        <h1>{purpose}</h1>
        <label htmlFor="email">E-mail address</label>
        <input id="email" ref={email} type="email" autoComplete="username" required />
        <label htmlFor="password">Password</label>
        <input id="password" ref={password} type="password" autoComplete="current-password" required />
        <p className="alert" role="alert">{wrong}</p>
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
