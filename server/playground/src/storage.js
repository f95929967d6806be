// The storage of GraphiQL's texts and sizes.
import { current } from './session.js'

const SHARE = 'graphiql:secondaryEditorFlex'

/** Returns the storage of this tab of the browser; without `kept`, one in memory that ends with the page. */
export function editorStorage(kept) {
  const storage = kept ? untilSignedOut(current().member.id) : memory()
  // The variables matter as much as the operation here: each gets half of the height.
  if (storage.getItem(SHARE) === null) storage.setItem(SHARE, '1')
  return storage
}

// GraphiQL writes half a second late, so perhaps after the sign-out, which must leave nothing behind.
const untilSignedOut = (id) => ({
  getItem: (key) => sessionStorage.getItem(key),
  setItem: (key, value) => current()?.member.id === id && sessionStorage.setItem(key, value),
  removeItem: (key) => sessionStorage.removeItem(key),
  clear: () => sessionStorage.clear(),
  get length() {
    return sessionStorage.length
  },
})

function memory() {
  const kept = new Map()
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
    clear: () => kept.clear(),
    get length() {
      return kept.size
    },
  }
}
