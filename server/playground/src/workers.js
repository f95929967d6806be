// The editor validates and completes in web workers of this origin; the build fills in their URLs.
globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => new Worker(WORKER_ADDRESSES[label] ?? WORKER_ADDRESSES.editor, { name: label }),
}

// An editor that is closed with the session cancels its requests to the workers, and does not catch the rejections.
addEventListener('unhandledrejection', (event) => {
  if (event.reason?.name === 'Canceled') event.preventDefault()
})
