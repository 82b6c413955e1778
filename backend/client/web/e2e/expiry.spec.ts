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
