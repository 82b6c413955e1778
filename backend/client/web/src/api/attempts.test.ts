import { beforeEach, expect, it, vi } from 'vitest'

import { tab } from '../storage'
import { once, forgetAttempt, pendingAttempt } from './attempts'
import { ApiError, NetworkError } from './problem'

const refused = (status: number, code: string) => new ApiError(status, [{ message: code, code }])

beforeEach(() => forgetAttempt('buy'))

it('joins calls while a write is in flight', async () => {
  const write = vi.fn(() => Promise.resolve('bought'))
  const both = await Promise.all([once('buy', 1, write), once('buy', 1, write)])
  expect(both).toEqual(['bought', 'bought'])
  expect(write).toHaveBeenCalledTimes(1)
  expect(pendingAttempt('buy')).toBeNull()
})

it('reuses the key until the outcome is known', async () => {
  const keys: string[] = []
  const outcomes: unknown[] = [new NetworkError(), refused(503, 'unavailable'), refused(401, 'not_signed_in'), 'bought']
  const write = ({ key }: { key: string }) => {
    keys.push(key)
    const outcome = outcomes.shift()
    return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome)
  }
  for (let lost = 0; lost < 3; lost++) {
    await expect(once('buy', { ticket: 1 }, write)).rejects.toThrow()
    expect(pendingAttempt('buy')).toEqual({ ticket: 1 })
  }
  await expect(once('buy', { ticket: 1 }, write)).resolves.toBe('bought')
  expect(new Set(keys).size).toBe(1)
  expect(pendingAttempt('buy')).toBeNull()
})

it('creates a new key for another body or after a final response', async () => {
  const keys: string[] = []
  const write = (error: Error) => ({ key }: { key: string }) => {
    keys.push(key)
    return Promise.reject(error)
  }
  await expect(once('buy', 1, write(new NetworkError()))).rejects.toThrow()
  await expect(once('buy', 2, write(refused(400, 'ticket_reserved')))).rejects.toThrow()
  await expect(once('buy', 2, write(new NetworkError()))).rejects.toThrow()
  expect(new Set(keys).size).toBe(3)
})

it('retries while the first request with its key is in flight', async () => {
  vi.useFakeTimers()
  const answers = [refused(409, 'idempotency_key_in_flight'), refused(409, 'idempotency_key_in_flight'), 'bought']
  const write = vi.fn(() => {
    const answer = answers.shift()
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
  })
  const outcome = once('buy', 1, write)
  await vi.advanceTimersByTimeAsync(2000)
  await expect(outcome).resolves.toBe('bought')
  expect(write).toHaveBeenCalledTimes(3)
  vi.useRealTimers()
})

it('keeps the attempt if the response is not final', async () => {
  await once('buy', 1, () => Promise.resolve('pending'), { isDone: (answer) => answer !== 'pending' })
  expect(pendingAttempt('buy')).toBe(1)
})

it('deletes the attempt if the server did not start the write', async () => {
  for (const code of ['not_signed_in', 'other_user', 'too_many_requests']) {
    await expect(once('buy', 1, () => Promise.reject(refused(409, code)))).rejects.toThrow()
    expect(pendingAttempt('buy'), code).toBeNull()
  }
})

it('keeps the key if the rejection of a retry leaves the first request open', async () => {
  for (const answer of [refused(409, 'other_user'), refused(401, 'not_signed_in'), refused(429, 'too_many_requests'), new ApiError(403, [])]) {
    await expect(once('buy', 1, () => Promise.reject(new NetworkError()))).rejects.toThrow()
    await expect(once('buy', 1, () => Promise.reject(answer))).rejects.toThrow()
    expect(pendingAttempt('buy'), answer.message).toBe(1)
    forgetAttempt('buy')
  }
})

it('deletes the attempt after a final rejection', async () => {
  for (const answer of [refused(401, 'not_owner'), refused(409, 'price_changed'), refused(400, 'card_declined')]) {
    await expect(once('buy', 1, () => Promise.reject(new NetworkError()))).rejects.toThrow()
    await expect(once('buy', 1, () => Promise.reject(answer))).rejects.toThrow()
    expect(pendingAttempt('buy'), answer.message).toBeNull()
  }
})

it('stores the storable part only, and retries the whole body with its key', async () => {
  const keys: string[] = []
  const body = { order: 1, token: 'tok_secret' }
  const write = ({ key }: { key: string }) => {
    keys.push(key)
    return Promise.reject(new NetworkError())
  }
  const storable = ({ order }: typeof body) => ({ order })
  for (let tries = 0; tries < 2; tries++) await expect(once('buy', body, write, { storable })).rejects.toThrow()
  expect(keys[1]).toBe(keys[0])
  expect(pendingAttempt('buy')).toEqual({ order: 1 })
  expect(tab.getItem('attempt:buy')).not.toContain('tok_secret')
})

it('retries not_yet_visible a bounded number of times, then throws', async () => {
  vi.useFakeTimers()
  const notYetVisible = refused(503, 'not_yet_visible')
  const answers: unknown[] = [notYetVisible, notYetVisible, 'bought']
  const outcome = once('buy', 1, () => {
    const answer = answers.shift()
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
  })
  await vi.advanceTimersByTimeAsync(3000)
  await expect(outcome).resolves.toBe('bought')
  const write = vi.fn(() => Promise.reject(notYetVisible))
  const failed = expect(once('buy', 1, write)).rejects.toBe(notYetVisible)
  await vi.advanceTimersByTimeAsync(10_000)
  await failed
  expect(write).toHaveBeenCalledTimes(5)
  vi.useRealTimers()
})

it('sends a request without a response again with its key, a bounded number of times', async () => {
  const timeout = new NetworkError('timeout', { cause: new DOMException('timeout', 'TimeoutError') })
  const sent: { key: string; timeout: number }[] = []
  const outcomes: unknown[] = [timeout, refused(401, 'not_signed_in')]
  const write = (one: { key: string; timeout: number }) => {
    sent.push(one)
    const outcome = outcomes.length > 0 ? outcomes.shift() : timeout
    return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome)
  }
  // The first request may have taken effect, whatever the second one says.
  await expect(once('buy', 1, write)).rejects.toThrow('not_signed_in')
  expect(pendingAttempt('buy')).toBe(1)
  expect(new Set(sent.map(({ key }) => key)).size).toBe(1)
  await expect(once('buy', 1, write)).rejects.toBe(timeout)
  expect(sent).toHaveLength(5)
  // A caller that decides without the response sends one request.
  await expect(once('buy', 1, write, { timeout: 5000 })).rejects.toBe(timeout)
  expect(sent.slice(5).map(({ timeout }) => timeout)).toEqual([5000])
})
