// The rules of @graphql-eslint for schemas and for Relay, over the GraphQL files of the folder that ESLint is started in.
// Where the API means what a rule forbids, the rule is loosened by name.
import graphql from '@graphql-eslint/eslint-plugin'

const recommended = graphql.configs['flat/schema-recommended'].rules
const relay = graphql.configs['flat/schema-relay'].rules
const [severity, names] = recommended['@graphql-eslint/naming-convention']

const OBJECTS = 'ObjectTypeDefinition,ObjectTypeExtension'

// Parts of another object, each without a life of its own, and what a request answers.
const PARTS = [
  'Address', 'Choice', 'DateBound', 'ErrorParameter', 'FieldChange', 'FieldCondition', 'InputError', 'PageInfo', 'ProposedChange',
  'Session', 'Transition',
]

export default [
  {
    files: ['**/*.graphql'],
    plugins: { '@graphql-eslint': { rules: graphql.rules } },
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema: './schema.graphql' } } },
    rules: {
      ...recommended,
      ...relay,
      '@graphql-eslint/strict-id-in-types': [
        'error',
        { exceptions: { types: PARTS, suffixes: ['Payload', 'Connection', 'Edge', 'Field', 'Value'] } },
      ],
      // Lists that cannot grow are lists: a form's fields, an entry's errors, a connection's `nodes`.
      '@graphql-eslint/relay-edge-types': ['error', { listTypeCanWrapOnlyEdgeType: false }],
      // A tracker's type is called so by the people whose trackers they are.
      '@graphql-eslint/naming-convention': [
        severity,
        { ...names, [OBJECTS]: { ...names[OBJECTS], ignorePattern: '^TrackerType$' } },
      ],
    },
  },
]
