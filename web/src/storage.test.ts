import { describe, expect, it } from 'vitest'

import { optionalStorage } from './storage'

const refuse = () => {
  throw new DOMException('no', 'SecurityError')
}

/** A storage of the browser over a map; `full` refuses what is new. */
function browserStorage({ full = false, locked = false } = {}, entries: [string, string][] = []) {
  const values = new Map(entries)
  const guard = (fails: boolean) => {
    if (fails) throw new DOMException('full', 'QuotaExceededError')
  }
  return {
    getItem: (name: string) => {
      guard(locked)
      return values.get(name) ?? null
    },
    setItem: (name: string, value: string) => {
      guard(full || locked)
      values.set(name, value)
    },
    removeItem: (name: string) => {
      guard(locked)
      values.delete(name)
    },
  }
}

describe('storage', () => {
  it.each([
    ['is there', () => browserStorage()],
    ['is null', () => null],
    ['is missing', () => undefined],
    ['is refused', refuse],
    ['is full', () => browserStorage({ full: true })],
    ['refuses every call', () => browserStorage({ locked: true })],
  ])('that %s keeps values for the page', (_, open) => {
    const only = open === refuse ? null : open()
    const storage = optionalStorage(open === refuse ? refuse : () => only)
    expect(storage.getItem('a')).toBeNull()
    storage.setItem('a', '1')
    storage.setItem('a', '2')
    expect(storage.getItem('a')).toBe('2')
    storage.removeItem('a')
    expect(storage.getItem('a')).toBeNull()
  })

  it('that is full does not answer the value before', () => {
    const full = browserStorage({ full: true }, [['a', 'old']])
    const storage = optionalStorage(() => full)
    expect(storage.getItem('a')).toBe('old')
    storage.setItem('a', 'new')
    expect(storage.getItem('a')).toBe('new')
    storage.removeItem('a')
    expect(storage.getItem('a')).toBeNull()
  })
})
