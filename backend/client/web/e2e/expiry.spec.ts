// The expiry of an order.
import { expect, test, unique } from './support/test'

test.use({ orderTtl: '5s' })

test('order expires on the open page and the ticket is available again', async ({ someone }) => {
  const [seller, buyer] = [await someone(), await someone()]
  await Promise.all([seller.signUp(), buyer.signUp()])
  const ticket = await seller.list(unique('Lantern walk'), 12)
  await buyer.page.goto(`/tickets/${ticket.id}`)
  await buyer.page.getByRole('button', { name: 'Buy for $12.00' }).click()
  await expect(buyer.page.getByRole('timer')).toHaveText(/^0:0[1-5]$/)
  await expect(buyer.page.getByRole('main').getByText('This order has expired')).toBeVisible()
  await expect(buyer.page.getByRole('button', { name: /^Pay/ })).toHaveCount(0)

  await buyer.page.getByRole('link', { name: 'See the ticket' }).click()
  await expect(buyer.page.getByRole('button', { name: 'Buy for $12.00' })).toBeVisible()
  await buyer.page.getByRole('link', { name: 'Orders' }).click()
  await expect(buyer.page.getByRole('listitem').filter({ hasText: ticket.title })).toContainText('Expired')
})

test('order of a ticket that its buyer gave away says so', async ({ someone }) => {
  const [seller, buyer, friend] = [await (await someone()).signUp(), await (await someone()).signUp(), await (await someone()).signUp()]
  const order = await buyer.order(await seller.list(unique('Passed on')))
  await buyer.pay(order)
  const pass = await buyer.passOf(order)
  const { claimCode } = (await buyer.post(`/api/passes/${pass.id}/transfer`, {})) as { claimCode: string }
  await friend.post('/api/passes/claims', { claimCode })
  // Until the end of the reservation, the pass may not be issued yet.
  await expect.poll(() => Date.parse(order.expiresAt) < Date.now()).toBe(true)
  await buyer.page.goto(`/orders/${order.id}`)
  await expect(buyer.page.getByText('You hold no ticket of this order')).toBeVisible()
  await expect(buyer.page.getByText(/The ticket is yours|being issued/)).toHaveCount(0)
})
