import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

const tokens = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8')
const APPEARANCES = ['light', 'dark'] as const
type Appearance = (typeof APPEARANCES)[number]

/** Returns the value of a role: both values are in one `light-dark(…)`. */
function role(name: string, appearance: Appearance, hue = 0): string {
  const line = new RegExp(`--${name}: light-dark\\((.+)\\);`).exec(tokens)?.[1]
  const [light, dark] = (line ?? '').split(/,\s*(?![^(]*\))/)
  const value = appearance === 'light' ? light : dark
  if (!value) throw new Error(`no role ${name}`)
  return value.replace('var(--hue)', String(hue))
}

const toLinear = (channel: number) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4)

/** Returns the linear red, green and blue of a colour: `#rrggbb` or `oklch(L C H)`. */
function linear(colour: string): number[] {
  const hex = /^#([0-9a-f]{6})$/.exec(colour)?.[1]
  if (hex) return [0, 2, 4].map((at) => toLinear(parseInt(hex.slice(at, at + 2), 16) / 255))
  const numbers = /^oklch\((\S+) (\S+) (\S+)\)$/.exec(colour)?.slice(1).map(Number)
  const [lightness = NaN, chroma = NaN, hue = NaN] = numbers ?? []
  const [a, b] = [chroma * Math.cos((hue * Math.PI) / 180), chroma * Math.sin((hue * Math.PI) / 180)]
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((channel) => Math.min(1, Math.max(0, channel)))
}

function luminance(colour: string): number {
  const [red = NaN, green = NaN, blue = NaN] = linear(colour)
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** Returns the contrast ratio of WCAG 2. */
function ratio(one: string, other: string): number {
  const [light = NaN, dark = NaN] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

const TEXTS = ['ink', 'ink-soft', 'accent', 'accent-strong', 'danger', 'warn']
const GROUNDS = ['paper', 'surface', 'sunken', 'accent-soft', 'danger-soft', 'warn-soft']
/** Texts on grounds of their own: the text, and its grounds. */
const OWN: [string, string[]][] = [
  ['on-accent', ['accent', 'accent-strong']],
  ['paper', ['ink']],
  ['on-verdict', ['go', 'stop']],
  ['code', ['on-code']],
]
const MARKS = ['edge', 'focus']
const HUES = Array.from({ length: 360 }, (_, hue) => hue)

it('computes the ratios of the definition', () => {
  expect(ratio('#000000', '#ffffff')).toBeCloseTo(21, 5)
  expect(ratio('#777777', '#ffffff')).toBeCloseTo(4.48, 2)
  expect(ratio('oklch(1 0 0)', 'oklch(0 0 0)')).toBeCloseTo(21, 2)
  // oklch of #ff0000
  expect(ratio('oklch(0.62796 0.25768 29.234)', '#ffffff')).toBeCloseTo(ratio('#ff0000', '#ffffff'), 2)
})

describe.each(APPEARANCES)('%s', (appearance) => {
  const pairs = [...TEXTS.map((text) => [text, GROUNDS] as const), ...OWN].flatMap(([text, grounds]) =>
    grounds.map((ground) => [text, ground] as const),
  )

  it.each(pairs)('%s on %s is readable', (text, ground) => {
    expect(ratio(role(text, appearance), role(ground, appearance))).toBeGreaterThanOrEqual(4.5)
  })

  it.each(MARKS.flatMap((mark) => GROUNDS.map((ground) => [mark, ground] as const)))('%s on %s is visible', (mark, ground) => {
    expect(ratio(role(mark, appearance), role(ground, appearance))).toBeGreaterThanOrEqual(3)
  })

  it.each(['band', 'band-deep'])('text on %s is readable in every hue', (band) => {
    const ratios = HUES.map((hue) => ratio(role('on-band', appearance), role(band, appearance, hue)))
    expect(Math.min(...ratios)).toBeGreaterThanOrEqual(4.5)
  })
})

it('every colour of the styles is a role', () => {
  const sheets = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.css') && name !== 'tokens.css')
  expect(sheets.length).toBeGreaterThan(5)
  for (const name of sheets) {
    const text = readFileSync(join(import.meta.dirname, name), 'utf8').replace(/\/\*.*?\*\/|mask:[^;]*;/gs, '')
    expect(text.match(/:[^;{]*(#[0-9a-f]{3,8}\b|rgb|hsl|oklch|light-dark|\b(white|black|red|green|blue)\b)[^;{]*;/gi) ?? [], name).toEqual([])
  }
})
