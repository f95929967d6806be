// Storage for GraphiQL's texts and pane sizes.
import { currentSession } from './session.js'

const PANE_RATIO_KEY = 'graphiql:secondaryEditorFlex'

/** Returns storage that lasts until the sign-out, or only as long as the page if it is not `persistent`. */
export function editorStorage(persistent) {
  const storage = persistent ? sessionStorageOf(currentSession().member.id) : memoryStorage()
  // The variables matter as much as the operation here, so each gets half of the height.
  if (storage.getItem(PANE_RATIO_KEY) === null) storage.setItem(PANE_RATIO_KEY, '1')
  return storage
}

// GraphiQL writes with a delay of half a second. Nothing must be written after the sign-out.
const sessionStorageOf = (memberId) => ({
  getItem: (key) => sessionStorage.getItem(key),
  setItem: (key, value) => currentSession()?.member.id === memberId && sessionStorage.setItem(key, value),
  removeItem: (key) => sessionStorage.removeItem(key),
  clear: () => sessionStorage.clear(),
  get length() {
    return sessionStorage.length
  },
})

function memoryStorage() {
  const values = new Map()
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => values.set(key, value),
    removeItem: (key) => values.delete(key),
    clear: () => values.clear(),
    get length() {
      return values.size
    },
  }
}
