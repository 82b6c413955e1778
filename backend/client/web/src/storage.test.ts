import { describe, expect, it } from 'vitest'

import { optionalStorage } from './storage'

const refuse = () => {
  throw new DOMException('no', 'SecurityError')
}

/** Creates a browser storage over a map. With `full`, writes throw; with `locked`, every call throws. */
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
  ])('%s: values last as long as the page', (_, open) => {
    const only = open === refuse ? null : open()
    const storage = optionalStorage(open === refuse ? refuse : () => only)
    expect(storage.getItem('a')).toBeNull()
    storage.setItem('a', '1')
    storage.setItem('a', '2')
    expect(storage.getItem('a')).toBe('2')
    storage.removeItem('a')
    expect(storage.getItem('a')).toBeNull()
  })

  it('returns the new value if the browser storage is full', () => {
    const full = browserStorage({ full: true }, [['a', 'old']])
    const storage = optionalStorage(() => full)
    expect(storage.getItem('a')).toBe('old')
    storage.setItem('a', 'new')
    expect(storage.getItem('a')).toBe('new')
    storage.removeItem('a')
    expect(storage.getItem('a')).toBeNull()
  })
})
