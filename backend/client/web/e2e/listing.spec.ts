// Listing, editing and withdrawing a ticket.
import { expect, test, unique } from './support/test'

test('faults are shown at their fields and the first invalid field gets the focus', async ({ someone }) => {
  const seller = await (await someone()).signUp()
  const { page } = seller
  await page.goto('/tickets/new')
  await page.getByRole('button', { name: 'List the ticket' }).click()
  const [title, price] = [page.getByLabel('Title'), page.getByLabel('Price in US dollars')]
  await expect(title).toBeFocused()
  await expect(title).toHaveAccessibleDescription(/Title is required/)
  await expect(price).toHaveAccessibleDescription(/Price is required/)
  await title.fill('x')
  await price.fill('1.234')
  await page.keyboard.press('Enter')
  await expect(price).toBeFocused()
  await expect(price).toHaveAccessibleDescription(/two decimals/)
})

test('seller edits and withdraws a ticket', async ({ someone }) => {
  const seller = await (await someone()).signUp()
  const ticket = await seller.list(unique('Pottery class'), 45)
  const { page } = seller
  await page.goto('/listings')
  await page.getByRole('link', { name: ticket.title }).click()
  await page.getByRole('link', { name: 'Edit' }).click()
  const renamed = unique('Pottery class, evening')
  await page.getByLabel('Title').fill(renamed)
  await page.getByLabel('Price in US dollars').fill('50')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(renamed)
  await expect(page.getByText('$50.00')).toBeVisible()

  await page.getByRole('button', { name: 'Withdraw' }).click()
  const dialog = page.getByRole('dialog', { name: 'Withdraw this ticket?' })
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Withdraw' })).toBeFocused()
  await page.getByRole('button', { name: 'Withdraw' }).click()
  await dialog.getByRole('button', { name: 'Withdraw' }).click()
  await expect(page).toHaveURL('/listings')
  await expect(page.getByText('You are not selling anything yet.')).toBeVisible()
  await page.goto(`/tickets/${ticket.id}`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Ticket not found')
})

test('concurrent edit is shown before it is overwritten', async ({ someone }) => {
  const seller = await (await someone()).signUp()
  const ticket = await seller.list(unique('Sailing'), 45)
  const { page } = seller
  await page.goto(`/tickets/${ticket.id}/edit`)
  await expect(page.getByLabel('Title')).toHaveValue(ticket.title)
  const other = await seller.context.request.put(`/api/tickets/${ticket.id}`, { data: { title: 'Sailing, renamed', price: 60 } })
  expect(other.ok()).toBe(true)
  await page.getByLabel('Price in US dollars').fill('50')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('alert')).toContainText('“Sailing, renamed” for $60.00')
  await page.getByRole('button', { name: 'Use the current version' }).click()
  await expect(page.getByLabel('Title')).toHaveValue('Sailing, renamed')
  await page.getByLabel('Price in US dollars').fill('55')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sailing, renamed')
  await expect(page.getByText('$55.00')).toBeVisible()
})

test('reserved ticket and ticket of another user cannot be edited', async ({ someone }) => {
  const [seller, buyer] = [await someone(), await someone()]
  await Promise.all([seller.signUp(), buyer.signUp()])
  const ticket = await seller.list(unique('Picnic'))
  await buyer.page.goto(`/tickets/${ticket.id}/edit`)
  await expect(buyer.page.getByText('This ticket is not yours')).toBeVisible()
  await seller.page.goto(`/tickets/${ticket.id}`)
  await expect(seller.page.getByRole('link', { name: 'Edit' })).toBeVisible()
  await buyer.order(ticket)
  await expect(seller.page.getByText('A reserved ticket cannot be changed.')).toBeVisible()
  await expect(seller.page.getByRole('link', { name: 'Edit' })).toHaveCount(0)
})

test('listing with unknown outcome is created only once', async ({ someone }) => {
  const seller = await (await someone()).signUp()
  const { page } = seller
  const title = unique('Star gazing')
  await page.goto('/tickets/new')
  await page.getByLabel('Title').fill(title)
  await page.getByLabel('Price in US dollars').fill('15')
  await page.route('**/api/tickets', async (route) => {
    if (route.request().method() !== 'POST') return route.fallback()
    await route.fetch()
    await route.abort('connectionreset')
  })
  await page.getByRole('button', { name: 'List the ticket' }).click()
  await expect(page.getByRole('alert')).toContainText('cannot be reached')
  await page.unroute('**/api/tickets')
  await page.reload()
  await expect(page.getByText('It is not known whether this ticket was listed')).toBeVisible()
  await expect(page.getByLabel('Title')).toHaveValue(title)
  await page.getByRole('button', { name: 'List the ticket' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(title)
  expect(await seller.get<unknown[]>('/api/tickets?seller=me&status=all')).toHaveLength(1)
})
