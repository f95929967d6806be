// Continues the Relay block of docs/clients.md: subscribes through its network layer, without a compiled
// document.
const text = 'subscription ($after: String) { trackerAssigned(after: $after) { cursor text tracker { number } } }'
subscribe({ text }, { after: '0' }).subscribe({ next: ({ data }) => console.log(JSON.stringify(data.trackerAssigned)) })
