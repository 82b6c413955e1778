// The shared test cases of the workspace.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Reads a table of `ticketing-sdk/tests/cases`, or returns `none` if this version of the SDK does not have it. */
export function sharedCases<T>(name: string, none: T): T {
  const path = join(import.meta.dirname, '../../../../../ticketing-sdk/tests/cases', name)
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as T) : none
}
