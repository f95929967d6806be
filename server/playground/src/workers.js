// The editor checks and completes in workers of this origin. The build puts their addresses in.
globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => new Worker(WORKER_ADDRESSES[label] ?? WORKER_ADDRESSES.editor, { name: label }),
}

// An editor that closes, at the end of a session, cancels what it asked them, and nobody in it catches that.
addEventListener('unhandledrejection', (event) => {
  if (event.reason?.name === 'Canceled') event.preventDefault()
})
