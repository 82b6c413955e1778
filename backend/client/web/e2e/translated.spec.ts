// Pages under browser translation, which wraps text nodes in elements at any time.
import type { Page } from '@playwright/test'

import { expect, test, unique } from './support/test'

/** Emulates the translator of a browser: wraps every text in `<font><font>`, also texts that are added later. */
const translate = (page: Page) =>
  page.addInitScript(() => {
    const wrap = (root: Node) => {
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
      const texts: Text[] = []
      while (walker.nextNode()) texts.push(walker.currentNode as Text)
      for (const text of texts) {
        const parent = text.parentElement
        if (!text.data.trim() || !parent || parent.closest('font, script, style, svg, title, [translate=no]')) continue
        const [outer, inner] = [document.createElement('font'), document.createElement('font')]
        text.replaceWith(outer)
        outer.append(inner)
        inner.append(text)
      }
    }
    document.addEventListener('DOMContentLoaded', () => {
      const observer = new MutationObserver(() => {
        wrap(document.body)
        observer.takeRecords()
      })
      wrap(document.body)
      observer.observe(document.body, { childList: true, subtree: true, characterData: true })
    })
  })

test('translated pages sell, buy, pay and sign out', async ({ someone }) => {
  const seller = await (await someone()).signUp()
  const buyer = await (await someone()).signUp()
  const title = unique('Translated concert')
  await translate(seller.page)
  await seller.page.goto('/tickets/new')
  await seller.page.getByRole('button', { name: 'List the ticket' }).click()
  await expect(seller.page.getByLabel('Title')).toHaveAttribute('aria-invalid', 'true')
  await seller.page.getByLabel('Title').fill(title)
  await seller.page.getByLabel('Price').fill('38')
  await seller.page.getByRole('button', { name: 'List the ticket' }).click()
  await expect(seller.page.getByRole('heading', { level: 1 })).toHaveText(title)

  const { page } = buyer
  await translate(page)
  await page.goto(`/?q=${encodeURIComponent(title)}`)
  await page.getByRole('link', { name: title }).click()
  await page.getByRole('button', { name: 'Buy for $38.00' }).click()
  await expect(page.getByText('Time left to pay')).toBeVisible()
  await expect(page.locator('font').first()).toBeAttached()
  await page.getByLabel('A card that is declined').check()
  await page.getByRole('button', { name: 'Pay $38.00' }).click()
  await expect(page.getByRole('alert')).toContainText('The card was declined')
  await page.getByLabel('Visa').check()
  await page.getByRole('button', { name: 'Pay $38.00' }).click()
  await expect(page.getByRole('main').getByText('The ticket is yours')).toBeVisible()
  await expect(page.getByRole('main').getByText('You paid $38.00.')).toBeVisible()
  await expect(seller.page.locator('.badge')).toHaveText('Sold')

  // Every text changes while it is wrapped.
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByLabel('日本語').check()
  await expect(page.getByRole('main').getByText('チケットはあなたのものです')).toBeVisible()
  await expect(page.getByRole('navigation')).toContainText('注文')
  await page.getByRole('button', { name: 'ログアウト' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('ログアウトしました')
})

test('translated pages cancel, filter and go offline', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const ticket = await seller.list(unique('Translated play'))
  const order = await buyer.order(ticket)
  const { page, context } = buyer
  await translate(page)
  await page.goto(`/orders/${order.id}`)
  await page.getByRole('button', { name: 'Cancel the order' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the order' }).click()
  await expect(page.getByRole('main').getByText('This order was cancelled')).toBeVisible()
  await page.getByRole('link', { name: 'Market', exact: true }).click()
  await page.getByLabel('From').fill('twenty')
  await expect(page.locator('.field-error')).toBeVisible()
  await page.getByRole('button', { name: 'Clear' }).click()
  await context.setOffline(true)
  await expect(page.getByText('You are offline.')).toBeVisible()
  await expect(page.getByText('Not live')).toBeVisible()
  await context.setOffline(false)
  await expect(page.getByText('Live', { exact: true })).toBeVisible()
})
