import { describe, expect, it } from 'vitest'

import { toCents, parseAmount, parseBound, normalizeAmount } from './amount'
import { sharedCases } from './shared-cases'

interface Case {
  text: string
  cents?: number
  error?: string
  bound?: number | 'max'
}

const { cases } = sharedCases<{ cases: Case[] }>('money.json', { cases: [] })

describe('amounts', () => {
  it.each(cases)('$text is parsed by the rules of the SDK', ({ text, cents, error, bound }) => {
    expect(parseAmount(text)).toMatchObject(cents === undefined ? { error } : { cents })
    const expected = bound ?? cents ?? null
    if (expected === 'max') expect(parseBound(text)).toBeGreaterThan(Number.MAX_SAFE_INTEGER)
    else expect(parseBound(text)).toBe(expected)
  })

  it('are parsed exactly', () => {
    expect(parseAmount(' 20.50 ')).toEqual({ cents: 2050 })
    expect(parseAmount('1e3')).toEqual({ cents: 100_000 })
    expect(parseAmount('19.999')).toEqual({ error: 'too_precise' })
    expect(parseAmount('twenty')).toEqual({ error: 'not_a_number' })
    expect([parseBound('0'), parseBound('1000000'), parseBound('')]).toEqual([0, 100_000_000, null])
  })

  it('of the API are converted to cents', () => {
    expect([20, 19.99, 0.01, 999999.99, 1.005].map(toCents)).toEqual([2000, 1999, 1, 99_999_999, 100])
  })

  it('are normalized as typed', () => {
    expect(normalizeAmount(' $ 1,038.50 ')).toBe('1038.50')
    expect(normalizeAmount('１２．５')).toBe('12.5')
    expect(normalizeAmount('1,000,000')).toBe('1000000')
  })

  it('that are ambiguous stay unchanged', () => {
    for (const text of ['1,5', '12,34.5', 'twenty', '-3', '1e3', '']) expect(normalizeAmount(text)).toBe(text)
  })
})
