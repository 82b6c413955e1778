// Lost connections: the network, the server and the feed.
import { Stack } from './support/stack'
import { expect, test, unique } from './support/test'

test('offline page shows its state and catches up when online', async ({ someone }) => {
  const [seller, buyer, visitor] = [await someone(), await someone(), await someone()]
  await Promise.all([seller.signUp(), buyer.signUp()])
  const ticket = await seller.list(unique('Open air cinema'))
  const { page, context } = visitor
  await page.goto('/?sort=newest')
  const card = page.getByRole('listitem').filter({ hasText: ticket.title })
  await expect(page.getByText('Live', { exact: true })).toBeVisible()
  await context.setOffline(true)
  await expect(page.getByText('You are offline.')).toBeVisible()
  await expect(page.getByText('Not live')).toBeVisible()
  await buyer.order(ticket)
  await context.setOffline(false)
  await expect(page.getByText('You are offline.')).toHaveCount(0)
  await expect(card).toContainText('Reserved')
  await expect(page.getByText('Live', { exact: true })).toBeVisible()
})

test('offline write shows an error and succeeds once online', async ({ someone }) => {
  const [seller, buyer] = [await someone(), await someone()]
  await Promise.all([seller.signUp(), buyer.signUp()])
  const ticket = await seller.list(unique('Kite festival'), 9)
  const { page, context } = buyer
  await page.goto(`/tickets/${ticket.id}`)
  const buy = page.getByRole('button', { name: 'Buy for $9.00' })
  await expect(buy).toBeVisible()
  await context.setOffline(true)
  await buy.click()
  await expect(page.getByRole('alert')).toContainText('You are offline.')
  await context.setOffline(false)
  await buy.click()
  await expect(page.getByText('Time left to pay')).toBeVisible()
})

test('feed resumes with the last event id after a server restart', async ({ browser }) => {
  const stack = await new Stack().start()
  try {
    const context = await browser.newContext({ baseURL: stack.url })
    const page = await context.newPage()
    const api = context.request
    await api.post('/api/users/signup', { data: { email: 'seller@example.com', password: 'correct horse' } })
    const ticket = (await (await api.post('/api/tickets', { data: { title: 'Lighthouse tour', price: 5 } })).json()) as { id: string }
    await page.goto(`/tickets/${ticket.id}`)
    await expect(page.getByText('$5.00')).toBeVisible()
    const resumed = page.waitForRequest((request) => {
      return request.headers().accept === 'text/event-stream' && 'last-event-id' in request.headers()
    })
    await stack.stop()
    await expect(page.getByText('The connection was lost.')).toBeVisible()
    await stack.start()
    await resumed
    await expect(page.getByText('Connected again.')).toBeVisible()
    await api.put(`/api/tickets/${ticket.id}`, { data: { title: 'Lighthouse tour', price: 6 } })
    await expect(page.getByText('$6.00')).toBeVisible()
    await context.close()
  } finally {
    await stack.finish()
  }
})

test('feed reset reloads the list', async ({ someone }) => {
  const [seller, visitor] = [await (await someone()).signUp(), await someone()]
  const { page } = visitor
  const word = unique('reset').replace(' ', '')
  const lastEventIds: (string | undefined)[] = []
  let listed = ''
  await page.route('**/api/tickets', async (route) => {
    lastEventIds.push(route.request().headers()['last-event-id'])
    const answer = (body: string) => route.fulfill({ contentType: 'text/event-stream', body })
    if (lastEventIds.length === 1) return answer('id: 7\ndata:\n\n')
    if (lastEventIds.length > 2) return route.fallback()
    // No event reports this listing.
    listed = (await seller.list(`${word} listed meanwhile`)).title
    return answer('event: reset\nid: 900\ndata: {}\n\n')
  })
  await page.goto(`/?q=${word}`)
  await expect(page.getByRole('link', { name: `${word} listed meanwhile` })).toBeVisible()
  expect(listed).toContain(word)
  await expect.poll(() => lastEventIds.slice(0, 3)).toEqual([undefined, '7', '900'])
})
