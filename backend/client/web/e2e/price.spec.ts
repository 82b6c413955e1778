// The buyer pays the price that was shown.
import { expect, test, unique } from './support/test'

test('concurrent price change requires a new agreement', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const ticket = await seller.list(unique('Rising price'), 20)
  const { page } = buyer
  const prices: unknown[] = []
  await page.goto(`/tickets/${ticket.id}`)
  await page.route('**/api/orders', async (route) => {
    if (route.request().method() !== 'POST') return route.fallback()
    prices.push((route.request().postDataJSON() as { price: unknown }).price)
    if (prices.length > 1) return route.fallback()
    // The seller changes the price between the click and the request.
    await seller.context.request.put(`/api/tickets/${ticket.id}`, { data: { title: ticket.title, price: 25 } })
    const json = { errors: [{ message: 'The price is now 25', code: 'price_changed', field: 'price' }] }
    await route.fulfill({ status: 409, json })
  })
  await page.getByRole('button', { name: 'Buy for $20.00' }).click()
  await expect(page.getByRole('alert')).toContainText('It was $20.00, and is now $25.00.')
  expect(await buyer.get<unknown[]>('/api/orders')).toEqual([])
  await page.getByRole('button', { name: 'Buy for $25.00' }).click()
  await expect(page.getByText('Time left to pay')).toBeVisible()
  expect(prices).toEqual([20, 25])
})
