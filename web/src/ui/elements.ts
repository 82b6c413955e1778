// What a component may be given to draw beside elements of its own: elements, and no bare text. See `lint/text-alone.js`.
import type { ReactElement } from 'react'

export type Elements = ReactElement | boolean | null | undefined | readonly Elements[]
