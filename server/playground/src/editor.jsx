import './workers.js'
import { GraphiQL } from 'graphiql'
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react'
import { use, useEffect, useMemo, useState } from 'react'
import { fetcher } from './fetcher.js'
import { isBack, tabsChanged } from './listening.js'
import { editorStorage } from './storage.js'

/** GraphiQL with the tabs of a promise. With `first`, an opened link: its first tab is run, and nothing is stored. */
export default function Editor({ tabs, first }) {
  const defaultTabs = use(tabs)
  // The texts live as long as the browser's tab, but a link's are made anew, with the version that the tracker has.
  const storage = useMemo(() => editorStorage(!first), [first])
  // Whoever changes tabs before there is an editor gets the text of the wrong one.
  const [ready, setReady] = useState(false)
  return (
    <div className="editor" inert={!ready}>
      <GraphiQL
        fetcher={fetcher}
        storage={storage}
        shouldPersistHeaders={false}
        isHeadersEditorEnabled={false}
        defaultEditorToolsVisibility="variables"
        plugins={[]}
        defaultTabs={defaultTabs}
        initialVariables={first ? defaultTabs[0].variables : undefined}
        onTabChange={tabsChanged}
      >
        <GraphiQL.Logo> </GraphiQL.Logo>
        <Subscriptions />
        <Ready tell={setReady} first={first} />
      </GraphiQL>
    </div>
  )
}

/** Shows the subscription of the tab that came to the front, and lets go of that of the tab that left it. */
function Subscriptions() {
  const front = useGraphiQL(({ tabs, activeTabIndex }) => tabs[activeTabIndex]?.id)
  const { run, stop } = useGraphiQLActions()
  useEffect(() => {
    stop()
    if (isBack()) run()
  }, [front])
}

function Ready({ tell, first }) {
  const ready = useGraphiQL((state) => Boolean(state.queryEditor && state.variableEditor && state.responseEditor))
  const { run } = useGraphiQLActions()
  useEffect(() => {
    if (!ready) return
    tell(true)
    if (first) run()
  }, [ready])
}
