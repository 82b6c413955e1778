import { expect, it } from 'vitest'

import { hueOf } from './hue'

it('equal titles have equal hues, and different ones spread over the circle', () => {
  expect(hueOf('Jazz at the lake')).toBe(hueOf('Jazz at the lake'))
  const hues = Array.from({ length: 200 }, (_, index) => hueOf(`Concert ${index}`))
  expect(hues.every((hue) => Number.isInteger(hue) && hue >= 0 && hue < 360)).toBe(true)
  const sectors = new Set(hues.map((hue) => Math.floor(hue / 30)))
  expect(sectors.size).toBe(12)
})
