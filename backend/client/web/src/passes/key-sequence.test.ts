import { expect, it } from 'vitest'

import { KeySequence, MAX_DELAY, MAX_PAUSE } from './key-sequence'

/** Types keys with a pause between each two, and returns the kind of the last one and what was typed. */
function type(sequence: KeySequence, keys: readonly string[], pause: number, from = 0) {
  const kinds = keys.map((key, index) => sequence.take(key, from + index * pause))
  return [kinds.at(-1), sequence.typed]
}

it('reads a code with its spaces, whatever is between capital letters', () => {
  for (const end of ['Enter', 'Tab']) {
    const sequence = new KeySequence()
    expect(type(sequence, ['Shift', 'T', 'Shift', 'K', '1', ' ', 'Shift', '%', 'A', ' ', end], 5)).toEqual(['end', 'TK1 %A '])
    // The next code begins again.
    expect(type(sequence, ['T', 'K', '1', 'B', end], 5, 60)).toEqual(['end', 'TK1B'])
  }
})

it('leaves what people type alone', () => {
  const sequence = new KeySequence()
  expect(type(sequence, ['T', 'K', '1', 'A', 'Enter'], MAX_PAUSE + 1)[0]).toBe('ordinary')
  expect(type(sequence, [...'north door', 'Enter'], 5, 5000)).toEqual(['ordinary', ''])
  expect(type(sequence, [...'TK'], 5, 9000)).toEqual(['beginning', 'TK'])
  // The rest comes too late.
  expect(sequence.take('1', 9200)).toBe('ordinary')
  expect(sequence.take('Enter', 9205)).toBe('ordinary')
})

it('begins with the last T, and ends with the pause', () => {
  const sequence = new KeySequence()
  expect(type(sequence, [...'TTK1', 'Enter'], 5)).toEqual(['end', 'TK1'])
  expect(type(sequence, [...'TK1'], 5, 5000)[0]).toBe('part')
  expect([sequence.isScanning(5010 + MAX_DELAY), sequence.isScanning(5011 + MAX_DELAY)]).toEqual([true, false])
  expect(sequence.take('x', 6000)).toBe('ordinary')
})
