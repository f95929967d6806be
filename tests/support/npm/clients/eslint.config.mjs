// The rules of @graphql-eslint for schemas and for Relay, applied to the GraphQL files of the working directory. Rules that
// the API breaks deliberately are relaxed for the types concerned.
import graphql from '@graphql-eslint/eslint-plugin'

const recommended = graphql.configs['flat/schema-recommended'].rules
const relay = graphql.configs['flat/schema-relay'].rules
const [severity, names] = recommended['@graphql-eslint/naming-convention']

const OBJECTS = 'ObjectTypeDefinition,ObjectTypeExtension'

// Types without an id: parts of another object, and parts of a response.
const PARTS = [
  'Address', 'AuditDetail', 'Choice', 'DateBound', 'ErrorParameter', 'FactorRequirement', 'FieldChange', 'FieldCondition',
  'InputError', 'PageInfo', 'ProposedChange', 'Session', 'Transition',
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
      // Lists of bounded length are plain lists: a form's fields, an input's errors, a connection's `nodes`.
      '@graphql-eslint/relay-edge-types': ['error', { listTypeCanWrapOnlyEdgeType: false }],
      // "Tracker type" is the term of the domain.
      '@graphql-eslint/naming-convention': [
        severity,
        { ...names, [OBJECTS]: { ...names[OBJECTS], ignorePattern: '^TrackerType$' } },
      ],
    },
  },
]
