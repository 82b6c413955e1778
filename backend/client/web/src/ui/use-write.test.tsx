// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type Root, createRoot } from 'react-dom/client'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { Button } from './button'
import { useWrite } from './use-write'

let root: Root
let client: QueryClient
let request: { succeed: () => void; fail: (error: Error) => void } | null

function WriteButton() {
  const write = useWrite({ mutationFn: () => new Promise<void>((succeed, fail) => (request = { succeed, fail })) })
  return (
    <Button busy={write.isPending} onClick={() => write.mutate()}>
      {write.status}
    </Button>
  )
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
  client = new QueryClient()
  root = createRoot(document.body.appendChild(document.createElement('div')))
  root.render(
    <QueryClientProvider client={client}>
      <WriteButton />
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
