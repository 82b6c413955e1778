// The hue of a ticket: equal titles have equal hues.
import type { CSSProperties } from 'react'

/** Returns a hue from 0 to 359 for a title: FNV-1a over its code points. */
export function hueOf(title: string): number {
  let hash = 0x811c9dc5
  for (const character of title) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  return ((hash ^ (hash >>> 15)) >>> 0) % 360
}

/** Returns the style that sets `--hue` for an element of the class `hued`. */
export const hueStyle = (title: string) => ({ '--hue': hueOf(title) }) as CSSProperties
