// Subscriptions that continue in the background. GraphiQL stops a subscription when another of its tabs becomes active;
// here it keeps running, and its newest event is shown when its tab becomes active again. It ends when it is stopped, when
// its tab is closed, and when the session ends.
import { createClient } from 'graphql-ws'
import { ENDPOINT } from './http.js'
import { accessToken, currentSession, renew, watchSession } from './session.js'

const subscriptions = new Map() // by the id of the editor's tab
const watchers = new Set()
let activeTab
let state = { running: 0, unseen: 0 }

/** Returns the number of running subscriptions, and the number of unseen events in inactive tabs. */
export const summary = () => state

/** Calls a function whenever the summary changes; returns a function that removes it. */
export function watchSubscriptions(watcher) {
  watchers.add(watcher)
  return () => watchers.delete(watcher)
}

/** Handles GraphiQL's onTabChange: remembers the active tab, and ends the subscriptions of closed tabs. */
export function handleTabChange({ tabs, activeTabIndex }) {
  activeTab = tabs[activeTabIndex]?.id
  for (const id of subscriptions.keys()) if (!tabs.some((tab) => tab.id === id)) discard(id)
}

/** Returns whether the active tab has a subscription that it does not yet show. */
export const isDetached = () => subscriptions.has(activeTab) && !subscriptions.get(activeTab).sink

/** Returns an observable for GraphiQL: the subscription of the active tab, which is created if it has none. */
export function subscribe(params) {
  return {
    subscribe(sink) {
      const id = activeTab
      if (!subscriptions.has(id)) subscriptions.set(id, { params, unseen: 0 })
      const subscription = subscriptions.get(id)
      subscription.sink = sink
      if (subscription.stop) queueMicrotask(() => show(id))
      else connect(id)
      return { unsubscribe: () => detach(id, sink) }
    },
  }
}

// When another tab becomes active, GraphiQL unsubscribes before it calls onTabChange.
function detach(id, sink) {
  const subscription = subscriptions.get(id)
  if (subscription?.sink !== sink) return
  subscription.sink = null
  queueMicrotask(() => activeTab === id && isDetached() && discard(id))
}

function connect(id) {
  const subscription = subscriptions.get(id)
  const client = createClient({
    url: new URL(ENDPOINT, location.href).href.replace(/^http/, 'ws'),
    connectionParams: async () => ({ authorization: `Bearer ${await accessToken()}` }),
    retryAttempts: 0, // no silent reconnection: the result shows why the connection was closed
    on: { connected: () => (subscription.refused = false) },
  })
  // Events of a connection that has been replaced are ignored.
  const handle = (update) => (value) => {
    if (subscription.client !== client || subscriptions.get(id) !== subscription) return
    update(value)
    show(id)
  }
  subscription.client = client
  subscription.stop = client.subscribe(subscription.params, {
    next: handle((result) => {
      subscription.newest = result
      subscription.unseen++
      subscription.params = withCursorOf(subscription.params, result)
    }),
    error: handle((error) => {
      // Either the token has expired, perhaps during standby, or the session has ended: renewing the token shows which.
      if (error.code === 4403 && !subscription.refused) {
        subscription.refused = true
        renew()
      } else subscription.finish = (sink) => sink.error(describe(error))
    }),
    complete: handle(() => (subscription.finish = (sink) => sink.complete())),
  })
  notify()
}

function show(id) {
  const subscription = subscriptions.get(id)
  if (subscription?.sink && id === activeTab) {
    if (subscription.newest) subscription.sink.next(subscription.newest)
    subscription.unseen = 0
    if (subscription.finish) {
      subscriptions.delete(id)
      subscription.finish(subscription.sink)
    }
  }
  notify()
}

function discard(id) {
  const subscription = subscriptions.get(id)
  subscriptions.delete(id)
  subscription.stop()
  notify()
}

function notify() {
  const all = [...subscriptions.values()]
  state = {
    running: all.filter(({ finish }) => !finish).length,
    unseen: all.reduce((sum, { unseen }) => sum + unseen, 0),
  }
  for (const watcher of watchers) watcher()
}

// Makes a reconnection resume after this result, if the operation has a variable for the cursor.
function withCursorOf(params, { data }) {
  const cursor = Object.values(data ?? {})[0]?.cursor
  if (!cursor || !('after' in (params.variables ?? {}))) return params
  return { ...params, variables: { ...params.variables, after: cursor } }
}

function describe(error) {
  if (Array.isArray(error)) return error
  if (error instanceof CloseEvent) return { message: `The WebSocket was closed: ${error.code} ${error.reason}`.trim() }
  return { message: error?.message ?? 'The WebSocket failed' }
}

// The server closes a WebSocket when its token expires, so each new token opens a new WebSocket.
watchSession(() => {
  for (const [id, subscription] of subscriptions) {
    if (!currentSession()) discard(id)
    else if (!subscription.finish) {
      const { stop } = subscription
      connect(id)
      stop()
    }
  }
})
