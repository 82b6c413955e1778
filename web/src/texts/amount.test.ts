import { describe, expect, it } from 'vitest'

import { centsOf, readAmount, readBound, typedAmount } from './amount'
import { sharedCases } from './shared-cases'

interface Case {
  text: string
  cents?: number
  error?: string
  bound?: number | 'max'
}

const { cases } = sharedCases<{ cases: Case[] }>('money.json', { cases: [] })

describe('amounts, as the SDK reads them', () => {
  it.each(cases)('$text', ({ text, cents, error, bound }) => {
    expect(readAmount(text)).toMatchObject(cents === undefined ? { error } : { cents })
    const expected = bound ?? cents ?? null
    if (expected === 'max') expect(readBound(text)).toBeGreaterThan(Number.MAX_SAFE_INTEGER)
    else expect(readBound(text)).toBe(expected)
  })

  it('are exact', () => {
    expect(readAmount(' 20.50 ')).toEqual({ cents: 2050 })
    expect(readAmount('1e3')).toEqual({ cents: 100_000 })
    expect(readAmount('19.999')).toEqual({ error: 'too_precise' })
    expect(readAmount('twenty')).toEqual({ error: 'not_a_number' })
    expect([readBound('0'), readBound('1000000'), readBound('')]).toEqual([0, 100_000_000, null])
  })

  it('are cents in the API, too', () => {
    expect([20, 19.99, 0.01, 999999.99, 1.005].map(centsOf)).toEqual([2000, 1999, 1, 99_999_999, 100])
  })

  it('are read as people type them', () => {
    expect(typedAmount(' $ 1,038.50 ')).toBe('1038.50')
    expect(typedAmount('１２．５')).toBe('12.5')
    expect(typedAmount('1,000,000')).toBe('1000000')
  })

  it('stay as they are where they could mean something else', () => {
    for (const text of ['1,5', '12,34.5', 'twenty', '-3', '1e3', '']) expect(typedAmount(text)).toBe(text)
  })
})
