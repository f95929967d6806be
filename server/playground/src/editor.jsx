import './workers.js'
import { GraphiQL } from 'graphiql'
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react'
import { use, useEffect, useMemo, useState } from 'react'
import { fetcher } from './fetcher.js'
import { isDetached, tabsChanged } from './subscriptions.js'
import { editorStorage } from './storage.js'

/** GraphiQL with the tabs of a promise. For a link (`first`) the first tab is run, and nothing is stored. */
export default function Editor({ tabs, first }) {
  const defaultTabs = use(tabs)
  // The texts are kept as long as the browser's tab, except a link's: those are prepared anew with the tracker's version.
  const storage = useMemo(() => editorStorage(!first), [first])
  // Before the editor is there, changing tabs would show the text of the wrong one.
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
        <Ready onChange={setReady} first={first} />
      </GraphiQL>
    </div>
  )
}

/** Shows the subscription of the tab that became active, and detaches that of the tab before. */
function Subscriptions() {
  const activeTab = useGraphiQL(({ tabs, activeTabIndex }) => tabs[activeTabIndex]?.id)
  const { run, stop } = useGraphiQLActions()
  useEffect(() => {
    stop()
    if (isDetached()) run()
  }, [activeTab])
}

function Ready({ onChange, first }) {
  const ready = useGraphiQL((state) => Boolean(state.queryEditor && state.variableEditor && state.responseEditor))
  const { run } = useGraphiQLActions()
  useEffect(() => {
    if (!ready) return
    onChange(true)
    if (first) run()
  }, [ready])
}
