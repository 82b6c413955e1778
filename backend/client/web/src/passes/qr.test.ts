import decodeQR from 'qr/decode.js'
import { expect, it } from 'vitest'

import { symbolOf } from './qr'

/** Draws the path of a symbol as an image. */
function draw(code: string, scale: number) {
  const { size, path } = symbolOf(code)
  const [width, height] = [size * scale, size * scale]
  const data = new Uint8Array(width * height * 4).fill(255)
  for (const [, x, y, length] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    for (let row = Number(y) * scale; row < (Number(y) + 1) * scale; row++) {
      for (let column = Number(x) * scale; column < (Number(x) + Number(length)) * scale; column++) data.fill(0, (row * width + column) * 4, (row * width + column) * 4 + 3)
    }
  }
  return { width, height, data }
}

/** As long as the code of a pass, of the same characters. */
const CODE = `TK1${'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'.repeat(3)}`.slice(0, 128)

it('is read by a decoder as the code', () => {
  expect(CODE).toHaveLength(128)
  expect(decodeQR(draw(CODE, 4))).toBe(CODE)
})

it('is small: characters of the alphanumeric set take 5.5 bits', () => {
  // Version 5 has 37 modules, and the quiet zone 8.
  expect(symbolOf(CODE).size).toBeLessThanOrEqual(37 + 8 + 4)
})
