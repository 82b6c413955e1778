// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { type Root, createRoot } from 'react-dom/client'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { keys } from '../live/cache'
import { LATE_AFTER } from '../pause'
import { I18nProvider } from '../texts/context'
import { Announcer } from './announcer'
import { Button } from './button'
import { Late } from './late'
import { useHeld, useWrite } from './use-write'

let root: Root
let client: QueryClient
let request: { succeed: () => void; fail: (error: Error) => void } | null
let shownOutcomes: string[]
/** What a write requests after its response. */
let refresh: Promise<void> | undefined
/** The number of requests for the status of ticket `a`. */
let reads: number

function WriteButton() {
  const write = useWrite({
    changes: ['ticket', 'a'],
    userId: 'ada',
    mutationFn: () => new Promise<string>((done, fail) => (request = { succeed: () => done('bought'), fail })),
    onSettled: () => refresh,
    onShow: (data) => shownOutcomes.push(data),
    message: (data) => ({ text: `It is ${data}`, to: '/orders/o' }),
  })
  return (
    <>
      <Button busy={write.isPending} onClick={() => write.mutate()}>
        {write.status}
      </Button>
      <Late busy={write.isPending} />
    </>
  )
}

function Status({ id, isFinal = false }: { id: string; isFinal?: boolean }) {
  const { data = '' } = useQuery({
    queryKey: ['ticket', id],
    queryFn: () => {
      if (id === 'a') reads++
      return client.getQueryData<string>(['ticket', id]) ?? 'available'
    },
    initialData: 'available',
    staleTime: Infinity,
  })
  return <p id={isFinal ? `${id}-final` : id}>{useHeld(['ticket', id], data, isFinal)}</p>
}

/** The status of the tickets, which the feed sets. */
const report = (status: string) => ['a', 'b'].forEach((id) => client.setQueryData(['ticket', id], status))
const button = () => document.querySelector('button')
const shown = (status: string) => vi.waitFor(() => expect(button()?.textContent).toBe(status))
/** `detail` is which click of a double click it is. */
const click = (detail = 1) => button()?.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, detail }))
/** The number of writes that were started. */
const writes = () => client.getMutationCache().getAll().length
/** The request of the write that was started last. */
const sent = () => vi.waitUntil(() => request)
const statuses = () => ['a', 'b', 'a-final'].map((id) => document.getElementById(id)?.textContent)
const toast = () => document.querySelector('.toast')
const late = () => document.querySelector('.hint')?.textContent

beforeEach(async () => {
  request = null
  refresh = undefined
  shownOutcomes = []
  reads = 0
  history.replaceState(null, '', '/tickets/a')
  client = new QueryClient()
  client.setQueryData(keys.session, { id: 'ada', email: 'ada@example.com' })
  root = createRoot(document.body.appendChild(document.createElement('div')))
  root.render(
    <QueryClientProvider client={client}>
      <I18nProvider>
        <Announcer>
          <WriteButton />
          <Status id="a" />
          <Status id="b" />
          <Status id="a" isFinal />
        </Announcer>
      </I18nProvider>
    </QueryClientProvider>,
  )
  await shown('idle')
})

afterEach(() => {
  vi.useRealTimers()
  root.unmount()
  document.body.replaceChildren()
})

it('two clicks before the page is drawn again start one write', () => {
  click()
  click()
  expect(writes()).toBe(1)
})

it('write that has failed can be repeated, and one that runs cannot', async () => {
  click()
  await shown('pending')
  click()
  expect(writes()).toBe(1)
  const { fail } = await sent()
  fail(new Error('no connection'))
  await shown('error')
  click()
  expect(writes()).toBe(2)
})

it('second half of a double click does nothing, although the first one has had its outcome', async () => {
  click(1)
  const { succeed } = await sent()
  succeed()
  await shown('success')
  click(2)
  expect(writes()).toBe(1)
  click(1)
  expect(writes()).toBe(2)
})

it('report of the feed that comes before the response of a write is shown after that response, unless it is final', async () => {
  click()
  const { succeed } = await sent()
  report('reserved')
  await vi.waitFor(() => expect(statuses()).toEqual(['available', 'reserved', 'reserved']))
  succeed()
  await vi.waitFor(() => expect(statuses()).toEqual(['reserved', 'reserved', 'reserved']))
})

it('reports are shown at once before a write, and after one that has failed', async () => {
  report('reserved')
  await vi.waitFor(() => expect(statuses().slice(0, 2)).toEqual(['reserved', 'reserved']))
  click()
  const { fail } = await sent()
  report('sold')
  await vi.waitFor(() => expect(statuses().slice(0, 2)).toEqual(['reserved', 'sold']))
  fail(new Error('no connection'))
  await vi.waitFor(() => expect(statuses().slice(0, 2)).toEqual(['sold', 'sold']))
})

it('late response is named, and no longer waited for: the page keeps asking for the data', async () => {
  vi.useFakeTimers()
  click()
  await vi.advanceTimersByTimeAsync(100)
  report('reserved')
  await vi.advanceTimersByTimeAsync(LATE_AFTER - 200)
  expect([statuses()[0], late(), reads]).toEqual(['available', '', 0])
  await vi.advanceTimersByTimeAsync(300)
  expect([statuses()[0], late()]).toEqual(['reserved', 'No response yet. This page keeps asking: it takes effect at most once.'])
  // Two places of this page show it.
  const before = reads
  await vi.advanceTimersByTimeAsync(10_000)
  expect(reads - before).toBe(10)
  request?.succeed()
  await vi.advanceTimersByTimeAsync(10_000)
  expect([late(), reads - before]).toEqual(['', 10])
})

it('outcome is shown on the page of the write, and as a toast with a link elsewhere', async () => {
  click()
  const { succeed } = await sent()
  succeed()
  await shown('success')
  expect([shownOutcomes, toast()]).toEqual([['bought'], null])
  request = null
  click()
  const second = await sent()
  history.replaceState(null, '', '/orders')
  second.succeed()
  await vi.waitFor(() => expect(toast()?.textContent).toBe('It is boughtOpen'))
  expect(toast()?.querySelector('a')?.getAttribute('href')).toBe('/orders/o')
  expect(shownOutcomes).toHaveLength(1)
})

it('failure after the user has left the page is a toast with a link to that page, for the same user only', async () => {
  click()
  const { fail } = await sent()
  history.replaceState(null, '', '/orders')
  fail(new Error('broken'))
  await vi.waitFor(() => expect(toast()?.textContent).toContain('On the page before'))
  expect(toast()?.querySelector('a')?.getAttribute('href')).toBe('/tickets/a')
  toast()?.querySelector('a')?.click()
  await vi.waitFor(() => expect(toast()).toBeNull())
  request = null
  click()
  const second = await sent()
  client.setQueryData(keys.session, { id: 'bob', email: 'bob@example.com' })
  second.succeed()
  await shown('success')
  expect([shownOutcomes, toast()]).toEqual([[], null])
})

it('outcome is shown although what is requested after it gets no response', async () => {
  vi.useFakeTimers()
  refresh = new Promise(() => undefined)
  click()
  await vi.advanceTimersByTimeAsync(100)
  request?.fail(new Error('no connection'))
  await vi.advanceTimersByTimeAsync(2000)
  expect(button()?.textContent).toBe('pending')
  await vi.advanceTimersByTimeAsync(2000)
  expect(button()?.textContent).toBe('error')
})
