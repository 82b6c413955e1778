import { expect, it } from 'vitest'

import { isHeld } from './held'

it('tells the holder from the issuer', () => {
  expect([isHeld({ status: 'valid', code: 'TK1' }), isHeld({ status: 'valid' })]).toEqual([true, false])
  expect([isHeld({ status: 'offered', listingId: 't' }), isHeld({ status: 'offered' })]).toEqual([true, false])
})
