import { useSyncExternalStore } from 'react'
import { summary, watchSubscriptions } from './subscriptions.js'
import { signOut } from './session.js'

/** The bar above the editor: who is signed in, the state of the subscriptions, and the button to sign out. */
export function Bar({ session }) {
  const { running, unseen } = useSyncExternalStore(watchSubscriptions, summary)
  return (
    <header className="bar">
      <h1 className="brand">Trackers playground</h1>
      <span className="listening" role="status">
        {running > 0 && `● listening${unseen ? `, ${unseen} new` : ''}`}
      </span>
      <span className="who" title={session.member.email}>
        {session.member.name} <span className="organisation">· {session.organisation.name}</span>
      </span>
      <button type="button" onClick={signOut}>
        Sign out
      </button>
    </header>
  )
}
