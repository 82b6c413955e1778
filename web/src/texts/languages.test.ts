import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { en } from './en'
import { ja } from './ja'
import { languages, preferred } from './languages'

/** Every text by its path; a text that takes something in is tried with it. */
function leaves(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'function') return [[path, String((value as (...sample: unknown[]) => unknown)(2, 'sample'))]]
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, inner]) => leaves(inner, path ? `${path}.${name}` : name))
  }
  return [[path, String(value)]]
}

const NAMES = /^(lang|name|brand|card\.cards\.tok_(visa|mastercard|amex))$/
const own = (texts: typeof en) => leaves(texts).filter(([path]) => !path.startsWith('faults.'))

describe('the languages', () => {
  it('say the same things', () => {
    expect(own(ja).map(([path]) => path)).toEqual(own(en).map(([path]) => path))
  })

  it.each(Object.entries(languages))('leave nothing empty in %s', (_, texts) => {
    for (const [path, text] of leaves(texts)) expect(text.trim(), path).not.toBe('')
  })

  it('are really spoken', () => {
    const english = new Map(own(en))
    for (const [path, text] of own(ja)) {
      if (NAMES.test(path)) continue
      expect(text, path).not.toBe(english.get(path))
      expect(text, path).toMatch(/[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u)
    }
  })

  it('have words for every fault that the server finds in a field', () => {
    const sources = [
      'backend/auth/src/domain', 'backend/auth/src/routes', 'backend/tickets/src/domain/title.rs',
      'backend/tickets/src/routes/input.rs', 'ticketing-sdk/src/types/money.rs',
    ]
    const messages = sources.flatMap((source) => read(join(import.meta.dirname, '../../..', source))).flatMap(found)
    expect(messages).toContain('Title is required')
    expect(messages).toContain('an amount has at most two decimals')
    expect(messages.length).toBeGreaterThan(8)
    expect(messages.filter((message) => !(message in ja.faults))).toEqual([])
  })
})

function read(path: string): string[] {
  if (path.endsWith('.rs')) return [readFileSync(path, 'utf8')]
  return readdirSync(path).flatMap((name) => (name.endsWith('.rs') ? read(join(path, name)) : []))
}

/** What the Rust sources say of these fields, in quotes. */
function found(source: string): string[] {
  const code = source.split('#[cfg(test)]')[0] ?? ''
  const quoted = code.split('\n').filter((line) => !line.trim().startsWith('//')).join('\n').matchAll(/"((?:Title|Price|Email|Password|You|not an amount|an amount (?:must|has)) [^"]+)"/g)
  return [...quoted].map(([, text]) => (text ?? '').replace('{MAX_CHARS}', '200'))
}

describe('the language that is spoken', () => {
  it('is the one that was chosen, else the first that the browser prefers and there is', () => {
    expect(preferred('ja', ['en-US'])).toBe('ja')
    expect(preferred(null, ['fr-CH', 'ja-JP', 'en'])).toBe('ja')
    expect(preferred('tlh', ['de', 'en-GB', 'ja'])).toBe('en')
    expect(preferred(null, ['de'])).toBe('en')
    expect(preferred('toString', [])).toBe('en')
  })
})
