import { join } from 'node:path'

import { ESLint } from 'eslint'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')

/** Returns the number of reports of the rule for the children of an element. */
async function reports(children: string): Promise<number> {
  const eslint = new ESLint({ cwd: root })
  const code = `
    import type { ReactNode } from 'react'
    export function Sample({ text, count, busy, node }: { text: string; count: number; busy: boolean; node: ReactNode }) {
      return <div title={String([text, count, busy, node])}>${children}</div>
    }`
  const [result] = await eslint.lintText(code, { filePath: join(root, 'src/ui/notice.tsx') })
  expect(result?.messages.filter(({ fatal }) => fatal)).toEqual([])
  return result?.messages.filter(({ ruleId }) => ruleId === 'own/text-alone').length ?? 0
}

it('accepts text that is an only child', async () => {
  for (const children of ['{text}', 'words', '{`${text} ${count}`}', '{busy && <b />}<span>{text}</span>', '<b /> <i />', '<b />{busy ? <i /> : null}']) {
    expect(await reports(children), children).toBe(0)
  }
}, 180_000)

it('reports text beside other children', async () => {
  for (const children of ['{busy && <b />}{text}', 'words <b />', '{text} · {count}', '{busy ? text : <b />}<i />', '{node}<b />', '<b />{busy && text}']) {
    expect(await reports(children), children).toBeGreaterThan(0)
  }
}, 180_000)
