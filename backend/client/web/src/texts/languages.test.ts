import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { en } from './en'
import { ja } from './ja'
import { languages, selectLanguage } from './languages'

/** Returns every text by its path. A text with parameters is called with samples. */
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
  it('have the same texts', () => {
    expect(own(ja).map(([path]) => path)).toEqual(own(en).map(([path]) => path))
  })

  it.each(Object.entries(languages))('have no empty text in %s', (_, texts) => {
    for (const [path, text] of leaves(texts)) expect(text.trim(), path).not.toBe('')
  })

  it('are translated', () => {
    const english = new Map(own(en))
    for (const [path, text] of own(ja)) {
      if (NAMES.test(path)) continue
      expect(text, path).not.toBe(english.get(path))
      expect(text, path).toMatch(/[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u)
    }
  })

  it('translate every message of the server about a field', () => {
    const sources = [
      'backend/auth/src/domain', 'backend/auth/src/routes', 'backend/tickets/src/domain/title.rs',
      'backend/tickets/src/routes/input.rs', 'ticketing-sdk/src/types/money.rs',
    ]
    const messages = sources.flatMap((source) => read(join(import.meta.dirname, '../../../../..', source))).flatMap(found)
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

/** Returns the quoted messages of the Rust sources about these fields. */
function found(source: string): string[] {
  const code = source.split('#[cfg(test)]')[0] ?? ''
  const quoted = code.split('\n').filter((line) => !line.trim().startsWith('//')).join('\n').matchAll(/"((?:Title|Price|Email|Password|You|not an amount|an amount (?:must|has)) [^"]+)"/g)
  return [...quoted].map(([, text]) => (text ?? '').replace('{MAX_CHARS}', '200'))
}

describe('the selected language', () => {
  it('is the stored choice, otherwise the first supported preference', () => {
    expect(selectLanguage('ja', ['en-US'])).toBe('ja')
    expect(selectLanguage(null, ['fr-CH', 'ja-JP', 'en'])).toBe('ja')
    expect(selectLanguage('tlh', ['de', 'en-GB', 'ja'])).toBe('en')
    expect(selectLanguage(null, ['de'])).toBe('en')
    expect(selectLanguage('toString', [])).toBe('en')
  })
})
