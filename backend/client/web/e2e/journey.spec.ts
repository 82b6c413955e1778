// A sale from end to end, with a seller and a buyer in two browsers.
import { expect, test, unique } from './support/test'

test('seller lists a ticket, buyer buys it, seller sees it sold', async ({ someone }) => {
  const [seller, buyer] = [await someone(), await someone()]
  const title = unique('Jazz at the lake')

  await seller.page.goto('/tickets/new')
  await expect(seller.page).toHaveURL('/auth/signin?next=%2Ftickets%2Fnew')
  await seller.page.getByRole('link', { name: 'Sign up' }).click()
  await seller.page.getByLabel('E-mail').fill(`${unique('seller').replaceAll(' ', '-')}@example.com`)
  await seller.page.getByLabel('Password', { exact: true }).fill('correct horse')
  await seller.page.getByRole('button', { name: 'Create the account' }).click()

  await expect(seller.page.getByRole('heading', { level: 1 })).toHaveText('Sell a ticket')
  await seller.page.getByLabel('Title').fill(title)
  await seller.page.getByLabel('Price in US dollars').fill('1,038.50')
  await seller.page.getByRole('button', { name: 'List the ticket' }).click()
  await expect(seller.page.getByRole('heading', { level: 1 })).toHaveText(title)
  await expect(seller.page.getByText('Available')).toBeVisible()

  await buyer.signUp()
  await buyer.page.goto('/?sort=newest')
  await buyer.page.getByRole('link', { name: title }).click()
  await buyer.page.getByRole('button', { name: 'Buy for $1,038.50' }).click()
  await expect(buyer.page.getByText('Time left to pay')).toBeVisible()
  await expect(seller.page.getByText('Reserved', { exact: true })).toBeVisible()

  await buyer.page.getByRole('button', { name: 'Pay $1,038.50' }).click()
  await expect(buyer.page.getByRole('main').getByText('The ticket is yours')).toBeVisible()
  await expect(seller.page.getByText('Sold', { exact: true })).toBeVisible()

  await buyer.page.getByRole('link', { name: 'Orders' }).click()
  await expect(buyer.page.getByRole('listitem').filter({ hasText: title })).toContainText('Paid')
  await seller.page.getByRole('link', { name: 'Listings' }).click()
  await expect(seller.page.getByRole('listitem').filter({ hasText: title })).toContainText('Sold')
})

test('market shows changes of other users live', async ({ someone }) => {
  const [seller, buyer, visitor] = [await someone(), await someone(), await someone()]
  await Promise.all([seller.signUp(), buyer.signUp()])
  const first = await seller.list(unique('Night train'), 62.5)

  await visitor.page.goto('/?sort=newest')
  const card = visitor.page.getByRole('listitem').filter({ hasText: first.title })
  await expect(card).toContainText('$62.50')
  await expect(visitor.page.getByText('Live', { exact: true })).toBeVisible()

  const order = await buyer.order(first)
  await expect(card).toContainText('Reserved')
  await buyer.pay(order)
  await expect(card).toContainText('Sold')

  const second = await seller.list(unique('Balloon ride'), 210)
  await expect(visitor.page.getByText(second.title)).toHaveCount(0)
  await visitor.page.getByRole('button', { name: /new tickets?/ }).click()
  await expect(visitor.page.getByRole('link', { name: second.title })).toBeVisible()
  await expect(card).toHaveCount(0)
})

test('search, price bounds and sort are stored in the address', async ({ someone }) => {
  const seller = await (await someone()).signUp()
  const visitor = await someone()
  const word = unique('zither').replace(' ', '')
  for (const [name, price] of [['b', 30], ['a', 20], ['c', 10]] as const) await seller.list(`${word} ${name}`, price)
  const { page } = visitor
  const titles = page.locator('.grid h3')

  await page.goto('/')
  await page.getByLabel('Search', { exact: true }).fill(word)
  await expect(titles).toHaveText([`${word} b`, `${word} a`, `${word} c`])
  await page.getByLabel('Sort by').selectOption('Newest')
  await expect(titles).toHaveText([`${word} c`, `${word} a`, `${word} b`])
  await page.getByLabel('Sort by').selectOption('Price, high to low')
  await expect(titles).toHaveText([`${word} b`, `${word} a`, `${word} c`])
  await page.getByLabel('From').fill('２０')
  await expect(titles).toHaveText([`${word} b`, `${word} a`])
  await expect(page).toHaveURL(`/?q=${word}&minPrice=20&sort=-price`)

  await page.reload()
  await expect(titles).toHaveText([`${word} b`, `${word} a`])
  await expect(page.getByLabel('Search', { exact: true })).toHaveValue(word)
  await page.getByLabel('From').fill('much')
  await expect(page.getByLabel('From')).toHaveAccessibleDescription(/./)
  await page.getByRole('button', { name: 'Clear' }).click()
  await expect(page).toHaveURL('/')
  await expect(page.getByLabel('Search', { exact: true })).toHaveValue('')
})

test('long market loads to its end while scrolling', async ({ someone }) => {
  const seller = await (await someone()).signUp()
  const word = unique('xylophone').replace(' ', '')
  for (let index = 0; index < 60; index++) await seller.list(`${word} ${index}`)
  const { page } = await someone()
  await page.goto(`/?q=${word}`)
  const titles = page.locator('.grid h3')
  await expect(titles).toHaveCount(24)
  await expect(async () => {
    await page.mouse.wheel(0, 4000)
    await expect(titles).toHaveCount(60, { timeout: 500 })
  }).toPass()
  await expect(page.getByText('End of the list.')).toBeVisible()
  expect(new Set(await titles.allTextContents()).size).toBe(60)
})
