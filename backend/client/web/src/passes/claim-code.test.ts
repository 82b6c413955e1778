import { expect, it } from 'vitest'

import { claimedPass, rememberClaim, claimLink, readClaimCode } from './claim-code'

it('has the code in the fragment of the link only', () => {
  const link = new URL(claimLink('AB+C/ d', 'https://tickets.example'))
  expect([link.pathname, link.search]).toEqual(['/claim', ''])
  expect(readClaimCode(link.hash)).toBe('AB+C/ d')
})

it('reads the code from a fragment, a link or what was typed', () => {
  expect(readClaimCode('#k7f2')).toBe('k7f2')
  expect(readClaimCode(' https://tickets.example/claim#k7f2\n')).toBe('k7f2')
  expect(readClaimCode('  k7f2 ')).toBe('k7f2')
  expect(readClaimCode('50%')).toBe('50%')
  expect(readClaimCode('')).toBe('')
})

it('remembers what each user has claimed, the last of them', () => {
  rememberClaim('u', 'one', 'p1')
  rememberClaim('v', 'two', 'p2')
  expect([claimedPass('u', 'one'), claimedPass('v', 'one'), claimedPass('v', 'two'), claimedPass('u', '')]).toEqual(['p1', null, 'p2', null])
  for (let index = 0; index < 20; index++) rememberClaim('w', `code ${index}`, 'p')
  expect([claimedPass('u', 'one'), claimedPass('w', 'code 0')]).toEqual([null, 'p'])
})
