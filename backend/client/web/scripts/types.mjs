// Generates src/api/schema.d.ts from docs/reference/openapi.json.
import { readFileSync, writeFileSync } from 'node:fs'

import openapiTS, { astToString } from 'openapi-typescript'

const document = new URL('../../../../docs/reference/openapi.json', import.meta.url)
const file = new URL('../src/api/schema.d.ts', import.meta.url)

const head = '// The types of the API, generated from docs/reference/openapi.json by `npm run types`.\n\n'
writeFileSync(file, head + astToString(await openapiTS(JSON.parse(readFileSync(document, 'utf8')), { silent: true })))
