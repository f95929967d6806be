// Subscriptions. GraphiQL stops one when another of its tabs comes to the front; here it goes on behind, and shows its
// newest event when its tab comes back. It is stopped by the button, with its tab, and with the session.
import { createClient } from 'graphql-ws'
import { ENDPOINT } from './ask.js'
import { accessToken, current, renew, watch as watchSession } from './session.js'

const open = new Map() // by the id of the editor's tab
const watchers = new Set()
let front
let state = { running: 0, unseen: 0 }

/** How many subscriptions run, and how many events came behind other tabs. */
export const summary = () => state

export function watch(watcher) {
  watchers.add(watcher)
  return () => watchers.delete(watcher)
}

/** GraphiQL's onTabChange. */
export function tabsChanged({ tabs, activeTabIndex }) {
  front = tabs[activeTabIndex]?.id
  for (const id of open.keys()) if (!tabs.some((tab) => tab.id === id)) forget(id)
}

/** Whether the tab in front has a subscription that is not shown in it yet. */
export const isBack = () => open.has(front) && !open.get(front).sink

/** What GraphiQL subscribes to: a subscription of the tab in front, fresh or come back. */
export function listen(params) {
  return {
    subscribe(sink) {
      const id = front
      if (!open.has(id)) open.set(id, { params, unseen: 0 })
      const listening = open.get(id)
      listening.sink = sink
      if (listening.stop) queueMicrotask(() => show(id))
      else connect(id)
      return { unsubscribe: () => leave(id, sink) }
    },
  }
}

// When the tab is left, GraphiQL unsubscribes first and then tells which tab is in front.
function leave(id, sink) {
  const listening = open.get(id)
  if (listening?.sink !== sink) return
  listening.sink = null
  queueMicrotask(() => front === id && isBack() && forget(id))
}

function connect(id) {
  const listening = open.get(id)
  const client = createClient({
    url: new URL(ENDPOINT, location.href).href.replace(/^http/, 'ws'),
    connectionParams: async () => ({ authorization: `Bearer ${await accessToken()}` }),
    retryAttempts: 0, // not reconnected behind the reader's back: why it closed is the answer
    on: { connected: () => (listening.refused = false) },
  })
  const hears = (change) => (value) => {
    if (listening.client !== client || open.get(id) !== listening) return
    change(value)
    show(id)
  }
  listening.client = client
  listening.stop = client.subscribe(listening.params, {
    next: hears((result) => {
      listening.newest = result
      listening.unseen++
      listening.params = resumed(listening.params, result)
    }),
    error: hears((error) => {
      // The token ran out, in a laptop that slept, or the session is over: a fresh token will tell.
      if (error.code === 4403 && !listening.refused) {
        listening.refused = true
        renew()
      } else listening.over = (sink) => sink.error(reason(error))
    }),
    complete: hears(() => (listening.over = (sink) => sink.complete())),
  })
  tell()
}

function show(id) {
  const listening = open.get(id)
  if (listening?.sink && id === front) {
    if (listening.newest) listening.sink.next(listening.newest)
    listening.unseen = 0
    if (listening.over) {
      open.delete(id)
      listening.over(listening.sink)
    }
  }
  tell()
}

function forget(id) {
  const listening = open.get(id)
  open.delete(id)
  listening.stop()
  tell()
}

function tell() {
  const all = [...open.values()]
  state = {
    running: all.filter(({ over }) => !over).length,
    unseen: all.reduce((sum, { unseen }) => sum + unseen, 0),
  }
  for (const watcher of watchers) watcher()
}

// Goes on after the newest cursor, if the operation has a variable for it.
function resumed(params, { data }) {
  const cursor = Object.values(data ?? {})[0]?.cursor
  if (!cursor || !('after' in (params.variables ?? {}))) return params
  return { ...params, variables: { ...params.variables, after: cursor } }
}

function reason(error) {
  if (Array.isArray(error)) return error
  if (error instanceof CloseEvent) return { message: `The socket was closed: ${error.code} ${error.reason}`.trim() }
  return { message: error?.message ?? 'The socket failed' }
}

// The server closes a socket when the token that opened it runs out: with each new token comes a new socket.
watchSession(() => {
  for (const [id, listening] of open) {
    if (!current()) forget(id)
    else if (!listening.over) {
      const { stop } = listening
      connect(id)
      stop()
    }
  }
})
