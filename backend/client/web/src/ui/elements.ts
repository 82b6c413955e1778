// The type of children beside other elements: elements, but no bare text. See `lint/text-alone.js`.
import type { ReactElement } from 'react'

export type Elements = ReactElement | boolean | null | undefined | readonly Elements[]
