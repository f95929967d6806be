import './workers.js'
import { GraphiQL } from 'graphiql'
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react'
import { use, useEffect, useMemo, useState } from 'react'
import { fetcher } from './fetcher.js'
import { handleTabChange, isDetached } from './subscriptions.js'
import { editorStorage } from './storage.js'

/** GraphiQL with the tabs of a promise. With `isLink`, it runs the first tab at once and stores nothing. */
export default function Editor({ tabs, isLink }) {
  const defaultTabs = use(tabs)
  // The texts last as long as the browser's tab. Those of a link are not stored, as they depend on the tracker's version.
  const storage = useMemo(() => editorStorage(!isLink), [isLink])
  // Until the editors have loaded, a change of tabs would show the text of the wrong tab.
  const [ready, setReady] = useState(false)
  return (
    <main className="editor" inert={!ready} onKeyDownCapture={leaveOnEscape}>
      <GraphiQL
        fetcher={fetcher}
        storage={storage}
        shouldPersistHeaders={false}
        isHeadersEditorEnabled={false}
        defaultEditorToolsVisibility="variables"
        plugins={[]}
        schemaDescription
        defaultTabs={defaultTabs}
        initialVariables={isLink ? defaultTabs[0].variables : undefined}
        onTabChange={handleTabChange}
      >
        <GraphiQL.Logo> </GraphiQL.Logo>
        <Subscriptions />
        <Ready onChange={setReady} isLink={isLink} />
      </GraphiQL>
    </main>
  )
}

/**
 * Moves the focus from inside an editor, where Tab indents, to the element around it, from which Tab goes on. GraphiQL
 * goes the other way when Enter is pressed there. Escape closes a list of completions or another widget first.
 */
function leaveOnEscape(event) {
  const frame = event.target.closest('.monaco-editor')?.parentElement
  const widget = frame?.querySelector('.suggest-widget.visible, .find-widget.visible, .parameter-hints-widget.visible')
  if (event.key === 'Escape' && frame && !widget) frame.focus()
}

/** Detaches the subscription of the tab that was active, and shows that of the tab that became active. */
function Subscriptions() {
  const activeTab = useGraphiQL(({ tabs, activeTabIndex }) => tabs[activeTabIndex]?.id)
  const { run, stop } = useGraphiQLActions()
  useEffect(() => {
    stop()
    if (isDetached()) run()
  }, [activeTab])
}

/** Reports when all editors have loaded, and then runs the first tab of a link. */
function Ready({ onChange, isLink }) {
  const ready = useGraphiQL((state) => Boolean(state.queryEditor && state.variableEditor && state.responseEditor))
  const { run } = useGraphiQLActions()
  useEffect(() => {
    if (!ready) return
    onChange(true)
    if (isLink) run()
  }, [ready])
}
