// The tabs that the page opens with, as GraphiQL's defaultTabs.
import { CREATE, EDIT, FOLLOW, LIST, LISTEN, TRACKER, TYPES } from './operations.js'

const json = (value) => JSON.stringify(value, null, 2)
const comment = (text) => (text ? `// ${text.replace(/\s+/g, ' ')}\n    ` : '')

/** Returns the tabs of the main operations with the data of prepare.js; missing ids are ellipses. */
export function mainTabs({ learner, assignee, tracker, cursor }) {
  return [
    { query: TYPES, variables: '' },
    { query: CREATE, variables: invalidInput(learner, assignee) },
    { query: LIST, variables: json({ filter: { status: ['NEW'] }, first: 20 }) },
    { query: EDIT, variables: json({ input: updateInput(tracker, 'Asked the employer for the dates.') }) },
    { query: LISTEN, variables: json({ after: cursor ?? null }) },
  ]
}

/** Returns the tabs that read, update and follow one tracker. */
export function trackerTabs(id, tracker) {
  const input = tracker ? { ...updateInput(tracker, tracker.description), dueDate: tracker.dueDate } : updateInput({ id })
  return [
    { query: TRACKER, variables: json({ id }) },
    { query: EDIT, variables: json({ input }) },
    { query: FOLLOW, variables: json({ id }) },
  ]
}

const updateInput = (tracker, description = '') => ({ id: tracker?.id ?? '…', version: tracker?.version ?? 1, description })

const invalidInput = (learner, assignee) => `{
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
    ${comment(assignee?.name)}"assigneeId": "${assignee?.id ?? '…'}",
    ${comment(learner?.name)}"learnerId": "${learner?.id ?? '…'}"
  }
}`
