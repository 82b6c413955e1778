import { beforeEach, expect, it, vi } from 'vitest'

import { tab } from '../storage'
import { once, settle, unfinished } from './attempts'
import { ApiError, Unreachable } from './problem'

const refused = (status: number, code: string) => new ApiError(status, [{ message: code, code }])

beforeEach(() => settle('buy'))

it('is one write while it is under way', async () => {
  const write = vi.fn(() => Promise.resolve('bought'))
  const both = await Promise.all([once('buy', 1, write), once('buy', 1, write)])
  expect(both).toEqual(['bought', 'bought'])
  expect(write).toHaveBeenCalledTimes(1)
  expect(unfinished('buy')).toBeNull()
})

it('keeps its key until the outcome is known', async () => {
  const keys: string[] = []
  const outcomes: unknown[] = [new Unreachable(), refused(503, 'unavailable'), refused(401, 'not_signed_in'), 'bought']
  const write = (key: string) => {
    keys.push(key)
    const outcome = outcomes.shift()
    return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome)
  }
  for (let lost = 0; lost < 3; lost++) {
    await expect(once('buy', { ticket: 1 }, write)).rejects.toThrow()
    expect(unfinished('buy')).toEqual({ ticket: 1 })
  }
  await expect(once('buy', { ticket: 1 }, write)).resolves.toBe('bought')
  expect(new Set(keys).size).toBe(1)
  expect(unfinished('buy')).toBeNull()
})

it('has another key for another body, and after an answer that is final', async () => {
  const keys: string[] = []
  const write = (error: Error) => (key: string) => {
    keys.push(key)
    return Promise.reject(error)
  }
  await expect(once('buy', 1, write(new Unreachable()))).rejects.toThrow()
  await expect(once('buy', 2, write(refused(400, 'ticket_reserved')))).rejects.toThrow()
  await expect(once('buy', 2, write(new Unreachable()))).rejects.toThrow()
  expect(new Set(keys).size).toBe(3)
})

it('waits for the first request with its key', async () => {
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

it('stays where the answer is not the outcome', async () => {
  await once('buy', 1, () => Promise.resolve('pending'), { isDone: (answer) => answer !== 'pending' })
  expect(unfinished('buy')).toBe(1)
})

it('forgets its key where nothing was begun', async () => {
  for (const code of ['not_signed_in', 'other_user', 'too_many_requests']) {
    await expect(once('buy', 1, () => Promise.reject(refused(409, code)))).rejects.toThrow()
    expect(unfinished('buy'), code).toBeNull()
  }
})

it('keeps its key where a retry is refused that says nothing of the first try', async () => {
  for (const answer of [refused(409, 'other_user'), refused(401, 'not_signed_in'), refused(429, 'too_many_requests'), new ApiError(403, [])]) {
    await expect(once('buy', 1, () => Promise.reject(new Unreachable()))).rejects.toThrow()
    await expect(once('buy', 1, () => Promise.reject(answer))).rejects.toThrow()
    expect(unfinished('buy'), answer.message).toBe(1)
    settle('buy')
  }
})

it('ends with a refusal that is final', async () => {
  for (const answer of [refused(401, 'not_owner'), refused(409, 'price_changed'), refused(400, 'card_declined')]) {
    await expect(once('buy', 1, () => Promise.reject(new Unreachable()))).rejects.toThrow()
    await expect(once('buy', 1, () => Promise.reject(answer))).rejects.toThrow()
    expect(unfinished('buy'), answer.message).toBeNull()
  }
})

it('stores what may be stored, and repeats the whole body under its key', async () => {
  const keys: string[] = []
  const body = { order: 1, token: 'tok_secret' }
  const write = (key: string) => {
    keys.push(key)
    return Promise.reject(new Unreachable())
  }
  const storable = ({ order }: typeof body) => ({ order })
  for (let tries = 0; tries < 2; tries++) await expect(once('buy', body, write, { storable })).rejects.toThrow()
  expect(keys[1]).toBe(keys[0])
  expect(unfinished('buy')).toEqual({ order: 1 })
  expect(tab.getItem('attempt:buy')).not.toContain('tok_secret')
})

it('asks again for what was just made elsewhere, then says so', async () => {
  vi.useFakeTimers()
  const young = refused(503, 'not_yet_visible')
  const answers: unknown[] = [young, young, 'bought']
  const outcome = once('buy', 1, () => {
    const answer = answers.shift()
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
  })
  await vi.advanceTimersByTimeAsync(3000)
  await expect(outcome).resolves.toBe('bought')
  const write = vi.fn(() => Promise.reject(young))
  const failed = expect(once('buy', 1, write)).rejects.toBe(young)
  await vi.advanceTimersByTimeAsync(10_000)
  await failed
  expect(write).toHaveBeenCalledTimes(5)
  vi.useRealTimers()
})
