// Prints the breaking changes that GraphQL Inspector finds between two schemas: node changes.mjs OLD NEW.
import { readFile } from 'node:fs/promises'
import { CriticalityLevel, diff } from '@graphql-inspector/core'
import { buildSchema } from 'graphql'

const [before, after] = await Promise.all(process.argv.slice(2).map(async (file) => buildSchema(await readFile(file, 'utf8'))))
const changes = await diff(before, after)
const breaking = changes.filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking)
console.log(JSON.stringify(breaking.map(({ type, path }) => [type, path])))
