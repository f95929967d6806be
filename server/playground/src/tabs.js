// The tabs that the page opens with, as GraphiQL's defaultTabs.
import { CREATE, EDIT, FOLLOW, LIST, LISTEN, TRACKER, TYPES } from './operations.js'

const json = (value) => JSON.stringify(value, null, 2)
const note = (text) => (text ? `// ${text.replace(/\s+/g, ' ')}\n    ` : '')

/** Returns the main operations with the data from `prepare`; an id that is missing stays an ellipsis. */
export function mainTabs({ learner, assignee, tracker, cursor }) {
  return [
    { query: TYPES, variables: '' },
    { query: CREATE, variables: mistaken(learner, assignee) },
    { query: LIST, variables: json({ filter: { status: ['NEW'] }, first: 20 }) },
    { query: EDIT, variables: json({ input: change(tracker, 'Asked the employer for the dates.') }) },
    { query: LISTEN, variables: json({ after: cursor ?? null }) },
  ]
}

/** Returns the operations that read, change and follow one tracker. */
export function trackerTabs(id, tracker) {
  const input = tracker ? { ...change(tracker, tracker.description), dueDate: tracker.dueDate } : change({ id })
  return [
    { query: TRACKER, variables: json({ id }) },
    { query: EDIT, variables: json({ input }) },
    { query: FOLLOW, variables: json({ id }) },
  ]
}

const change = (tracker, description = '') => ({ id: tracker?.id ?? '…', version: tracker?.version ?? 1, description })

const mistaken = (learner, assignee) => `{
  "input": {
    "type": "ILR",
    "status": "NEW",
    "values": [
      // Not a year and the next one: 26-27 is.
      {"key": "ilrYear", "value": {"text": "26-28"}},
      // Its check digit does not fit: 4200307552.
      {"key": "uln", "value": {"text": "4200307553"}},
      // Needs a proposedValue: {"text": "25"}.
      {"key": "queryKind",
        "value": {"choices": ["INCORRECT_DATA"]}}
    ],
    ${note(assignee?.name)}"assigneeId": "${assignee?.id ?? '…'}",
    ${note(learner?.name)}"learnerId": "${learner?.id ?? '…'}"
  }
}`
