import { expect, test } from 'vitest'

import { ApiError } from '../api/problem'
import { en } from './en'
import { declineReason, errorTexts } from './errors'
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

test('texts of an error name each detail once', () => {
  const error = new ApiError(400, ['Title is required', 'Price is required', 'Title is required'].map((message) => ({ message, code: 'invalid' })))
  expect(errorTexts(en, error)).toEqual(['Title is required', 'Price is required'])
  expect(errorTexts(en, new ApiError(503, []))).toEqual([en.errors.unavailable])
})
