// The editor checks and completes in workers of this origin. The build puts their addresses in.
globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => new Worker(WORKER_ADDRESSES[label] ?? WORKER_ADDRESSES.editor, { name: label }),
}
