// Where GraphiQL keeps its texts and sizes.
const SHARE = 'graphiql:secondaryEditorFlex'

/** The storage of this tab of the browser; or, not `kept`, one that is gone with the page. */
export function editorStorage(kept) {
  const storage = kept ? sessionStorage : memory()
  // The variables matter as much here as the operation: half of the height for each.
  if (storage.getItem(SHARE) === null) storage.setItem(SHARE, '1')
  return storage
}

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
