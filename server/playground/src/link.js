/** Returns the global id in the path /trackers/{id}, or null if the path is another one. */
export function trackerId(path) {
  const encoded = /^\/trackers\/([^/]+)\/?$/.exec(path)?.[1]
  if (encoded === undefined) return null
  try {
    return decodeURIComponent(encoded)
  } catch {
    return encoded
  }
}
