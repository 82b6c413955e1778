import { expect, it } from 'vitest'

import { returnPath, signInPath } from './return-path'

it('returns paths of this site', () => {
  for (const path of ['/orders', '/orders/1?x=1', '/?q=a%20b&sort=price', '/tickets/new']) expect(returnPath(path)).toBe(path)
  expect(signInPath('/orders/1')).toBe('/auth/signin?next=%2Forders%2F1')
  expect(signInPath('/')).toBe('/auth/signin')
})

it('replaces other targets with the market', () => {
  const bad = [
    null, '', 'orders', '//evil.example', '/\\evil.example', '/\t/evil.example', '/\n//evil.example', 'https://evil.example/',
    'javascript:alert(1)', '/../\\evil.example', '/.//evil.example', '/auth/signout', '/auth', '/AUTH/signout', '/api/users/signout',
    '/orders/../auth/signout',
  ]
  for (const next of bad) expect(returnPath(next), String(next)).toBe('/')
})
