// For tests: the tables of cases that the programs of this workspace share.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A table of `ticketing-sdk/tests/cases`, or `none` where this version of the SDK has no such table. */
export function sharedCases<T>(name: string, none: T): T {
  const path = join(import.meta.dirname, '../../../ticketing-sdk/tests/cases', name)
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as T) : none
}
