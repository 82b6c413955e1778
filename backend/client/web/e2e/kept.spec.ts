// Unsent input is restored after another page, going back and a reload, and the page says that it is not saved.
import { expect, test, unique } from './support/test'

const startsAt = `${new Date(Date.now() + 30 * 24 * 60 * 60 * 1000).toISOString().slice(0, 10)}T19:30:00+01:00`
const NOT_SAVED = 'Not saved'

test('edits of a listing survive a link, going back and a reload, until they are saved or discarded', async ({ someone }) => {
  const seller = await (await someone()).signUp()
  const ticket = await seller.list(unique('Lullaby'), 45, { startsAt, venue: 'Tivoli' })
  const { page } = seller
  const [title, venue, price] = [page.getByLabel('Title'), page.getByLabel('Where'), page.getByLabel('Price in US dollars')]
  await page.goto(`/tickets/${ticket.id}/edit`)
  await expect(title).toHaveValue(ticket.title)
  await expect(page.getByText(NOT_SAVED)).toHaveCount(0)
  await venue.fill('Boathouse')
  await price.fill('50')
  await page.getByRole('link', { name: 'Orders' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your orders')
  await page.goBack()
  for (const again of [() => page.reload(), () => page.goto(`/tickets/${ticket.id}/edit`), () => Promise.resolve()]) {
    await expect(page.getByText(NOT_SAVED)).toBeVisible()
    await expect(venue).toHaveValue('Boathouse')
    await expect(price).toHaveValue('50')
    await again()
  }
  await page.getByRole('button', { name: 'Discard it' }).click()
  await expect(page.getByText(NOT_SAVED)).toHaveCount(0)
  await expect(venue).toHaveValue('Tivoli')
  await expect(price).toHaveValue('45')
  // What is saved, and what its user has cancelled, is typed no longer.
  await price.fill('51')
  await page.reload()
  await expect(price).toHaveValue('51')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('$51.00')).toBeVisible()
  await page.getByRole('link', { name: 'Edit' }).click()
  await expect(price).toHaveValue('51')
  await expect(page.getByText(NOT_SAVED)).toHaveCount(0)
  await price.fill('52')
  await page.getByRole('link', { name: 'Cancel' }).click()
  await page.getByRole('link', { name: 'Edit' }).click()
  await expect(price).toHaveValue('51')
})

test('newer version of a listing is shown before earlier edits replace it', async ({ someone }) => {
  const seller = await (await someone()).signUp()
  const ticket = await seller.list(unique('Nocturne'), 45)
  const { page } = seller
  const [title, price] = [page.getByLabel('Title'), page.getByLabel('Price in US dollars')]
  const change = (price: number) => seller.context.request.put(`/api/tickets/${ticket.id}`, { data: { title: 'Nocturne, renamed', price } })
  await page.goto(`/tickets/${ticket.id}/edit`)
  await price.fill('50')
  await page.goto('/orders')
  expect((await change(60)).ok()).toBe(true)
  await page.goto(`/tickets/${ticket.id}/edit`)
  await expect(page.getByRole('alert')).toContainText('“Nocturne, renamed” for $60.00')
  await expect(page.getByRole('alert')).toContainText(NOT_SAVED)
  await expect(price).toHaveValue('50')
  await page.getByRole('button', { name: 'Use the current version' }).click()
  await expect(title).toHaveValue('Nocturne, renamed')
  await expect(price).toHaveValue('60')
  await price.fill('55')
  await page.goto('/orders')
  expect((await change(61)).ok()).toBe(true)
  await page.goto(`/tickets/${ticket.id}/edit`)
  await expect(page.getByRole('alert')).toContainText('for $61.00')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('$55.00')).toBeVisible()
})

test('typed listing, claim code and resale price survive a reload', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const pass = await buyer.buy(await seller.list(unique('Berceuse'), 38, { startsAt }))
  const { page } = buyer
  for (const { path, label, first, typed } of [
    { path: '/tickets/new', label: 'Title', first: '', typed: 'Rhapsody' },
    { path: '/claim', label: 'Claim code', first: '', typed: 'k7f2' },
    { path: `/passes/${pass.id}`, label: 'Price in US dollars', first: '38', typed: '31' },
  ]) {
    const field = page.getByLabel(label, { exact: true })
    await page.goto(path)
    if (path.startsWith('/passes')) await page.locator('summary').click()
    await expect(field).toHaveValue(first)
    await field.fill(typed)
    await page.goto('/orders')
    await page.goBack()
    await expect(page.getByText(NOT_SAVED)).toBeVisible()
    await expect(field).toHaveValue(typed)
    await page.reload()
    await expect(field).toHaveValue(typed)
    await page.getByRole('button', { name: 'Discard it' }).click()
    await expect(field).toHaveValue(first)
    await expect(page.getByText(NOT_SAVED)).toHaveCount(0)
    await page.reload()
    if (path.startsWith('/passes')) await page.locator('summary').click()
    await expect(field).toHaveValue(first)
  }
  await page.getByLabel('Price in US dollars').fill('31')
  await page.getByRole('button', { name: 'List for resale' }).click()
  await page.getByRole('button', { name: 'Withdraw the listing' }).click()
  await page.locator('summary').click()
  await expect(page.getByLabel('Price in US dollars')).toHaveValue('38')
  await expect(page.getByText(NOT_SAVED)).toHaveCount(0)
})
