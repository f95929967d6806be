import { lazy, Suspense, useMemo, useSyncExternalStore } from 'react'
import { createRoot } from 'react-dom/client'
import { Bar } from './bar.jsx'
import { trackerId } from './link.js'
import { preparedTabs } from './prepare.js'
import { currentSession, watchSession } from './session.js'
import { SignIn } from './sign-in.jsx'

// The editor is much larger than the rest of the page, and is needed only after the sign-in.
const Editor = lazy(() => import('./editor.jsx'))
const IS_LINK = trackerId(location.pathname) !== null

function Page() {
  const session = useSyncExternalStore(watchSession, currentSession)
  if (!session) return <SignIn heading={IS_LINK ? 'Sign in to open the tracker' : 'Sign in to the playground'} />
  return <Playground key={session.member.id} session={session} />
}

function Playground({ session }) {
  const tabs = useMemo(() => preparedTabs(location.pathname), [])
  return (
    <>
      <Bar session={session} />
      <Suspense fallback={<p className="loading">Preparing the playground …</p>}>
        <Editor tabs={tabs} isLink={IS_LINK} />
      </Suspense>
    </>
  )
}

createRoot(document.getElementById('playground')).render(<Page />)
