// Keyboard operation.
import type { Page } from '@playwright/test'

import { expect, test, unique } from './support/test'

/** Presses Tab until the focused element has this name. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab')
    const text = await page.evaluate(() => {
      const focused = document.activeElement
      return focused?.getAttribute('aria-label') ?? focused?.textContent ?? ''
    })
    if (typeof name === 'string' ? text.trim() === name : name.test(text.trim())) return
  }
  throw new Error(`no element named ${String(name)} is reachable with Tab`)
}

test('purchase works with the keyboard alone', async ({ someone }) => {
  const [seller, buyer] = [await someone(), await someone()]
  await Promise.all([seller.signUp(), buyer.signUp()])
  const title = unique('Puppet theatre')
  await seller.list(title, 14)
  const { page } = buyer
  await page.goto('/?sort=newest')
  await expect(page.getByRole('link', { name: title })).toBeVisible()

  await page.keyboard.press('Tab')
  await expect(page.locator(':focus')).toHaveText('Skip to the content')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(page.getByLabel('Search', { exact: true })).toBeFocused()
  await page.keyboard.type(title)
  await page.keyboard.press('Enter')
  await expect(page.locator('.grid h3')).toHaveText([title])
  await tabTo(page, title)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
  await tabTo(page, 'Buy for $14.00')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('timer')).toBeVisible()
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(page.getByRole('button', { name: /^Order / })).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(page.getByLabel('Visa')).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(page.getByLabel('Mastercard')).toBeChecked()
  await tabTo(page, 'Pay $14.00')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('main').getByText('The ticket is yours')).toBeVisible()
  // The form is gone: the focus is on what has taken its place.
  await expect(page.getByRole('region', { name: 'To pay' })).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(page.locator('.buy-panel :focus')).toBeVisible()
})

test('focus stays in the panel when a cancelled order or a withdrawn resale takes its button away', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const order = await buyer.order(await seller.list(unique('Shadow play')))
  const pass = await buyer.buy(await seller.list(unique('Mime')))
  await buyer.post(`/api/passes/${pass.id}/resale`, { price: 20 })
  const { page } = buyer
  await page.goto(`/orders/${order.id}`)
  await expect(page.getByRole('button', { name: 'Cancel the order' })).toBeVisible()
  await tabTo(page, 'Cancel the order')
  await page.keyboard.press('Enter')
  await tabTo(page, 'Cancel the order')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('main').getByText('This order was cancelled')).toBeVisible()
  await expect(page.getByRole('region', { name: 'To pay' })).toBeFocused()
  await page.goto(`/passes/${pass.id}`)
  await expect(page.getByRole('button', { name: 'Withdraw the listing' })).toBeVisible()
  await tabTo(page, 'Withdraw the listing')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('img', { name: /^Code of the ticket/ })).toBeVisible()
  await expect(page.getByRole('region', { name: 'What you can do with this ticket' })).toBeFocused()
})

test('Escape closes settings and dialog and restores the focus', async ({ someone }) => {
  const seller = await (await someone()).signUp()
  const ticket = await seller.list(unique('Bee keeping'))
  const { page } = seller
  await page.goto(`/tickets/${ticket.id}`)
  await expect(page.getByRole('button', { name: 'Withdraw' })).toBeVisible()
  await tabTo(page, 'Settings')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  await expect(page.getByLabel('English')).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('button', { name: 'Settings' })).toBeFocused()
  await tabTo(page, 'Withdraw')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('button', { name: 'Withdraw' })).toBeFocused()
})
