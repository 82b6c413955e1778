// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { type Root, createRoot } from 'react-dom/client'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { Button } from './button'
import { useHeld, useWrite } from './use-write'

let root: Root
let client: QueryClient
let request: { succeed: () => void; fail: (error: Error) => void } | null

function WriteButton() {
  const write = useWrite({ changes: ['ticket', 'a'], mutationFn: () => new Promise<void>((succeed, fail) => (request = { succeed, fail })) })
  return (
    <Button busy={write.isPending} onClick={() => write.mutate()}>
      {write.status}
    </Button>
  )
}

/** The status of a ticket, which the feed sets. */
let report: (status: string) => void

function Status({ id }: { id: string }) {
  const [status, setStatus] = useState('available')
  const shown = useHeld(['ticket', id], status)
  useEffect(() => {
    const before = report
    report = (next) => {
      before(next)
      setStatus(next)
    }
  }, [])
  return <p id={id}>{shown}</p>
}

const button = () => document.querySelector('button')
const shown = (status: string) => vi.waitFor(() => expect(button()?.textContent).toBe(status))
/** `detail` is which click of a double click it is. */
const click = (detail = 1) => button()?.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, detail }))
/** The number of writes that were started. */
const writes = () => client.getMutationCache().getAll().length
/** The request of the write that was started last. */
const sent = () => vi.waitUntil(() => request)

beforeEach(async () => {
  request = null
  report = () => undefined
  client = new QueryClient()
  root = createRoot(document.body.appendChild(document.createElement('div')))
  root.render(
    <QueryClientProvider client={client}>
      <WriteButton />
      <Status id="a" />
      <Status id="b" />
    </QueryClientProvider>,
  )
  await shown('idle')
})

afterEach(() => {
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

const statuses = () => ['a', 'b'].map((id) => document.getElementById(id)?.textContent)

it('report of the feed that comes before the response of a write is shown after that response', async () => {
  click()
  const { succeed } = await sent()
  report('reserved')
  await vi.waitFor(() => expect(statuses()).toEqual(['available', 'reserved']))
  succeed()
  await vi.waitFor(() => expect(statuses()).toEqual(['reserved', 'reserved']))
})

it('reports are shown at once before a write, and after one that has failed', async () => {
  report('reserved')
  await vi.waitFor(() => expect(statuses()).toEqual(['reserved', 'reserved']))
  click()
  const { fail } = await sent()
  report('sold')
  await vi.waitFor(() => expect(statuses()).toEqual(['reserved', 'sold']))
  fail(new Error('no connection'))
  await vi.waitFor(() => expect(statuses()).toEqual(['sold', 'sold']))
})
