// The path that the page was opened at.

/** Returns the global id in /trackers/{id}, or null. */
export function trackerId(path) {
  const encoded = /^\/trackers\/([^/]+)\/?$/.exec(path)?.[1]
  if (encoded === undefined) return null
  try {
    return decodeURIComponent(encoded)
  } catch {
    return encoded
  }
}
