import { describe, expect, it } from 'vitest'

import { sanitize, sanitizeLines } from './sanitize'

describe('sanitize', () => {
  it('removes control and direction characters as the SDK does', () => {
    expect(sanitize('Rust\u001b[31mConf\nday 1')).toBe('Rust[31mConf day 1')
    expect(sanitize('Zürich 🎫')).toBe('Zürich 🎫')
    expect(sanitize('a\u202egnp.exe\u202c\u2066b\u2069\u200e\u200f\u061cc')).toBe('agnp.exebc')
    expect(sanitize('line\r\nend\tof\u0085it\u007f')).toBe('line end ofit')
  })

  it('keeps the lines of a longer text, and one blank line', () => {
    expect(sanitizeLines('Doors\r\nat\tseven\u202e\n\n\n\nBring\u001b it')).toBe('Doors\nat seven\n\nBring it')
  })
})
