import { describe, expect, it } from 'vitest'

import { sharedCases } from './shared-cases'
import { isInvisible, normalize, searchKey } from './unicode'

interface Cases {
  normalize: { text: string; normalized: string }[]
  searchKey: { text: string; key: string }[]
  blank: string[]
  visible: string[]
}

const cases = sharedCases<Cases>('text.json', { normalize: [], searchKey: [], blank: [], visible: [] })

describe('the shared cases', () => {
  it.each(cases.normalize)('normalize $text', ({ text, normalized }) => {
    expect(normalize(text)).toBe(normalized)
  })

  it.each(cases.searchKey)('give a search key for $text', ({ text, key }) => {
    expect(searchKey(text)).toBe(key)
    expect(searchKey(key)).toBe(key)
  })

  it('tell visible from invisible text', () => {
    for (const text of cases.blank) expect(isInvisible(text), JSON.stringify(text)).toBe(true)
    for (const text of cases.visible) expect(isInvisible(text), JSON.stringify(text)).toBe(false)
  })
})

describe('unicode', () => {
  it('equal spellings have equal keys', () => {
    expect(normalize('  Cafe\u0301 \n')).toBe('Caf\u00e9')
    for (const [one, other] of [['Straße', 'STRASSE'], ['ＤＡＹ １', 'day 1'], ['ΟΔΥΣΣΕΥΣ', 'οδυσσευς'], ['Rust\u200bConf', 'rustconf']] as const) {
      expect(searchKey(one), one).toBe(searchKey(other))
    }
    expect(searchKey('ı')).not.toBe(searchKey('i'))
  })

  it('detects text without visible characters', () => {
    for (const text of ['', ' ', '\u200b\u2060', '\u3164', '\u00ad\ufeff']) expect(isInvisible(text), JSON.stringify(text)).toBe(true)
    for (const text of ['a', '\u200bא', '.', '🎫']) expect(isInvisible(text), text).toBe(false)
  })
})
