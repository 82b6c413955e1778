import { expect, it } from 'vitest'

import { isHeld, isTakenBack } from './held'

it('tells the holder from the issuer', () => {
  expect([isHeld({ status: 'valid', code: 'TK1' }), isHeld({ status: 'valid' })]).toEqual([true, false])
  expect([isHeld({ status: 'offered', listingId: 't' }), isHeld({ status: 'offered' })]).toEqual([true, false])
})

it('knows a claim that took back what the claimant was giving away', () => {
  const held = { id: 'p', serial: 1, transferExpiresAt: '2026-12-24T18:00:00Z' }
  expect(isTakenBack({ id: 'p', serial: 1 }, [held])).toBe(true)
  // A claim that is repeated after its answer was lost: the claimant holds the pass already, and no transfer is open.
  expect(isTakenBack({ id: 'p', serial: 1 }, [{ ...held, transferExpiresAt: null }])).toBe(false)
  expect([isTakenBack({ id: 'p', serial: 2 }, [held]), isTakenBack({ id: 'q', serial: 1 }, [held]), isTakenBack({ id: 'p', serial: 1 }, [])]).toEqual([false, false, false])
})
