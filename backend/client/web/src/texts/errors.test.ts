import { expect, test } from 'vitest'

import { ApiError } from '../api/problem'
import { en } from './en'
import { declineReason } from './errors'
import { ja } from './ja'

const declined = (message: string) => new ApiError(400, [{ message, code: 'card_declined' }])

test('reason of a declined card is shown where it says more than that', () => {
  expect(declineReason(en, declined('Your card has insufficient funds.'))).toBe('Your card has insufficient funds.')
  expect(declineReason(ja, declined('Your card has insufficient funds.'))).toBe('カードの残高が不足しています。')
  for (const texts of [en, ja]) {
    for (const message of ['Your card was declined.', 'The card was declined']) expect(declineReason(texts, declined(message))).toBeNull()
    expect(declineReason(texts, new ApiError(400, []))).toBeNull()
  }
})
