import { lazy, Suspense, useMemo, useSyncExternalStore } from 'react'
import { createRoot } from 'react-dom/client'
import { Bar } from './bar.jsx'
import { trackerId } from './link.js'
import { preparedTabs } from './prepare.js'
import { current, watch } from './session.js'
import { SignIn } from './sign-in.jsx'

// Much larger than everything else, and not needed before somebody has signed in.
const Editor = lazy(() => import('./editor.jsx'))
const IS_LINK = trackerId(location.pathname) !== null

function Page() {
  const session = useSyncExternalStore(watch, current)
  if (!session) return <SignIn purpose={IS_LINK ? 'Sign in to open the tracker' : 'Sign in to the playground'} />
  return <Playground key={session.member.id} session={session} />
}

function Playground({ session }) {
  const tabs = useMemo(() => preparedTabs(location.pathname), [])
  return (
    <>
      <Bar session={session} />
      <Suspense fallback={<p className="loading">Preparing the playground …</p>}>
        <Editor tabs={tabs} first={IS_LINK} />
      </Suspense>
    </>
  )
}

createRoot(document.getElementById('playground')).render(<Page />)
