// A reservation that runs out.
import { expect, test, unique } from './support/test'

test.use({ orderTtl: '5s' })

test('time runs out before one’s eyes, and the ticket is free again', async ({ someone }) => {
  const [seller, buyer] = [await someone(), await someone()]
  await Promise.all([seller.signUp(), buyer.signUp()])
  const ticket = await seller.list(unique('Lantern walk'), 12)
  await buyer.page.goto(`/tickets/${ticket.id}`)
  await buyer.page.getByRole('button', { name: 'Buy for $12.00' }).click()
  await expect(buyer.page.getByRole('timer')).toHaveText(/^0:0[1-5]$/)
  await expect(buyer.page.getByRole('main').getByText('Time ran out')).toBeVisible()
  await expect(buyer.page.getByRole('button', { name: /^Pay/ })).toHaveCount(0)

  await buyer.page.getByRole('link', { name: 'See the ticket' }).click()
  await expect(buyer.page.getByRole('button', { name: 'Buy for $12.00' })).toBeVisible()
  await buyer.page.getByRole('link', { name: 'Orders' }).click()
  await expect(buyer.page.getByRole('listitem').filter({ hasText: ticket.title })).toContainText('Cancelled')
})
