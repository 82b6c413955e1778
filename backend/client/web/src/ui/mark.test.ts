import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

/** Returns the outlines of a drawing, in their order. */
const outlines = (path: string) => [...readFileSync(join(import.meta.dirname, path), 'utf8').matchAll(/\sd="(m[^"]+)"/gi)].map(([, outline]) => outline)

it('header, first paint, icon and wordmarks draw one mark', () => {
  const mark = outlines('../../public/favicon.svg')
  expect(mark).toHaveLength(3)
  for (const path of ['icons.tsx', '../../index.html', '../../../../../docs/images/wordmark-light.svg', '../../../../../docs/images/wordmark-dark.svg']) {
    expect(outlines(path).slice(0, 3), path).toEqual(mark)
  }
})
