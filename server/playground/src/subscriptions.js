// Subscriptions. GraphiQL stops one when another of its tabs becomes active; here it goes on in the background, and shows
// its newest event when its tab is active again. It ends by the stop button, with its tab, and with the session.
import { createClient } from 'graphql-ws'
import { ENDPOINT } from './http.js'
import { accessToken, current, renew, watch as watchSession } from './session.js'

const open = new Map() // by the id of the editor's tab
const watchers = new Set()
let activeTab
let state = { running: 0, unseen: 0 }

/** Returns how many subscriptions are running, and how many events of inactive tabs have not been seen. */
export const summary = () => state

export function watch(watcher) {
  watchers.add(watcher)
  return () => watchers.delete(watcher)
}

/** GraphiQL's onTabChange. */
export function tabsChanged({ tabs, activeTabIndex }) {
  activeTab = tabs[activeTabIndex]?.id
  for (const id of open.keys()) if (!tabs.some((tab) => tab.id === id)) discard(id)
}

/** Returns whether the active tab has a subscription that it does not show yet. */
export const isDetached = () => open.has(activeTab) && !open.get(activeTab).sink

/** Returns what GraphiQL subscribes to: a new subscription of the active tab, or the one that it already has. */
export function subscribe(params) {
  return {
    subscribe(sink) {
      const id = activeTab
      if (!open.has(id)) open.set(id, { params, unseen: 0 })
      const subscription = open.get(id)
      subscription.sink = sink
      if (subscription.stop) queueMicrotask(() => show(id))
      else connect(id)
      return { unsubscribe: () => detach(id, sink) }
    },
  }
}

// When another tab becomes active, GraphiQL unsubscribes first and calls onTabChange after that.
function detach(id, sink) {
  const subscription = open.get(id)
  if (subscription?.sink !== sink) return
  subscription.sink = null
  queueMicrotask(() => activeTab === id && isDetached() && discard(id))
}

function connect(id) {
  const subscription = open.get(id)
  const client = createClient({
    url: new URL(ENDPOINT, location.href).href.replace(/^http/, 'ws'),
    connectionParams: async () => ({ authorization: `Bearer ${await accessToken()}` }),
    retryAttempts: 0, // no silent reconnection: the reason why it closed is shown as the result
    on: { connected: () => (subscription.refused = false) },
  })
  const on = (change) => (value) => {
    if (subscription.client !== client || open.get(id) !== subscription) return
    change(value)
    show(id)
  }
  subscription.client = client
  subscription.stop = client.subscribe(subscription.params, {
    next: on((result) => {
      subscription.newest = result
      subscription.unseen++
      subscription.params = resumed(subscription.params, result)
    }),
    error: on((error) => {
      // The token expired (perhaps the computer was asleep) or the session has ended: renewing the token shows which.
      if (error.code === 4403 && !subscription.refused) {
        subscription.refused = true
        renew()
      } else subscription.over = (sink) => sink.error(reason(error))
    }),
    complete: on(() => (subscription.over = (sink) => sink.complete())),
  })
  notify()
}

function show(id) {
  const subscription = open.get(id)
  if (subscription?.sink && id === activeTab) {
    if (subscription.newest) subscription.sink.next(subscription.newest)
    subscription.unseen = 0
    if (subscription.over) {
      open.delete(id)
      subscription.over(subscription.sink)
    }
  }
  notify()
}

function discard(id) {
  const subscription = open.get(id)
  open.delete(id)
  subscription.stop()
  notify()
}

function notify() {
  const all = [...open.values()]
  state = {
    running: all.filter(({ over }) => !over).length,
    unseen: all.reduce((sum, { unseen }) => sum + unseen, 0),
  }
  for (const watcher of watchers) watcher()
}

// Continues after the newest cursor, if the operation has a variable for it.
function resumed(params, { data }) {
  const cursor = Object.values(data ?? {})[0]?.cursor
  if (!cursor || !('after' in (params.variables ?? {}))) return params
  return { ...params, variables: { ...params.variables, after: cursor } }
}

function reason(error) {
  if (Array.isArray(error)) return error
  if (error instanceof CloseEvent) return { message: `The WebSocket was closed: ${error.code} ${error.reason}`.trim() }
  return { message: error?.message ?? 'The WebSocket failed' }
}

// The server closes a WebSocket when its token expires: each new token opens a new one.
watchSession(() => {
  for (const [id, subscription] of open) {
    if (!current()) discard(id)
    else if (!subscription.over) {
      const { stop } = subscription
      connect(id)
      stop()
    }
  }
})
