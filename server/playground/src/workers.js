// The web workers in which the editor validates and completes; the build inserts their URLs, which are of this origin.
globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => new Worker(WORKER_ADDRESSES[label] ?? WORKER_ADDRESSES.editor, { name: label }),
}

// When the session ends, the editor cancels its requests to the workers without catching the rejections.
addEventListener('unhandledrejection', (event) => {
  if (event.reason?.name === 'Canceled') event.preventDefault()
})
