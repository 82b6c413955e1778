// The feed may report the effect of a request before the response arrives. The page shows the response.
import { holdResponses, redraws, redrawsStopped, stopClock } from './support/responses'
import { expect, test, unique } from './support/test'

test('buyer never sees the own reservation as that of another buyer', async ({ someone }) => {
  const [seller, buyer, watcher] = [await (await someone()).signUp(), await (await someone()).signUp(), await (await someone()).signUp()]
  const ticket = await seller.list(unique('Held answer'))
  const { page } = buyer
  await watcher.page.goto(`/tickets/${ticket.id}`)
  await page.clock.install()
  await page.goto(`/tickets/${ticket.id}`)
  const { handled, release } = await holdResponses(page, 'POST', /\/api\/orders$/)
  const buy = page.getByRole('button', { name: 'Buy for $20.00' })
  await expect(buy).toBeVisible()
  await stopClock(page)
  await buy.click()
  await handled
  // The feed has reported the reservation to every page.
  await expect(watcher.page.getByText('Another buyer has reserved this ticket')).toBeVisible()
  await redrawsStopped(page)
  await expect(page.getByRole('button', { name: 'Reserving…' })).toBeVisible()
  await expect(page.getByText('Another buyer')).toHaveCount(0)
  release()
  await page.clock.resume()
  await expect(page.getByText('Time left to pay')).toBeVisible()
})

test('buyer who ordered in another program finds the own order', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const ticket = await seller.list(unique('Ordered elsewhere'))
  const { page } = buyer
  // The orders are cached from before the order.
  await page.goto('/orders')
  await expect(page.getByText('You have not ordered anything yet.')).toBeVisible()
  await page.getByRole('link', { name: 'Market', exact: true }).click()
  await page.getByRole('searchbox').fill(ticket.title)
  await page.waitForURL(/q=/)
  await page.getByRole('link', { name: ticket.title }).click()
  await expect(page.getByRole('button', { name: 'Buy for $20.00' })).toBeVisible()
  await buyer.order(ticket)
  await expect(page.getByRole('link', { name: 'Go to your order' })).toBeVisible()
  await expect(page.getByText('Another buyer')).toHaveCount(0)
})

test('buyer who loses the race is informed of the other buyer', async ({ someone }) => {
  const [seller, first, second] = [await (await someone()).signUp(), await (await someone()).signUp(), await (await someone()).signUp()]
  const ticket = await seller.list(unique('Contended'))
  const { page } = second
  await page.goto(`/tickets/${ticket.id}`)
  await page.route(/\/api\/orders$/, async (route) => {
    if (route.request().method() === 'POST') await first.order(ticket)
    await route.fallback()
  })
  await page.getByRole('button', { name: 'Buy for $20.00' }).click()
  await expect(page.getByText('Another buyer has reserved this ticket')).toBeVisible()
  await expect(page.getByRole('button', { name: /Buy|Reserving/ })).toHaveCount(0)
})

test('seller who withdraws a ticket sees the dialog until the response', async ({ someone }) => {
  const [seller, watcher] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const ticket = await seller.list(unique('Withdrawn slowly'))
  const { page } = seller
  await watcher.page.goto(`/tickets/${ticket.id}`)
  await page.clock.install()
  await page.goto(`/tickets/${ticket.id}`)
  await page.getByRole('button', { name: 'Withdraw' }).click()
  const { handled, release } = await holdResponses(page, 'DELETE', /\/api\/tickets\//)
  await stopClock(page)
  await page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click()
  await handled
  await expect(watcher.page.getByText('The seller has withdrawn this ticket.')).toBeVisible()
  await redrawsStopped(page)
  await expect(page.getByRole('dialog')).toBeVisible()
  release()
  await page.clock.resume()
  await expect(page).toHaveURL('/listings')
  await expect(page.getByText('The ticket was withdrawn.')).toBeVisible()
})

test('paid order is shown as soon as it is known, although the response is late', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const order = await buyer.order(await seller.list(unique('Paid slowly')))
  const { page } = buyer
  await page.goto(`/orders/${order.id}`)
  const { release } = await holdResponses(page, 'POST', /\/api\/payments$/)
  await page.getByRole('button', { name: 'Pay $20.00' }).click()
  await expect(page.getByRole('main').getByText('The ticket is yours')).toBeVisible()
  await expect(page.locator('main .badge')).toHaveText('Paid')
  await expect(page.getByRole('img', { name: /^Code of the ticket/ })).toBeVisible()
  release()
  await redraws(page)
  await expect(page.getByRole('main').getByText('The ticket is yours')).toBeVisible()
})

test('cancelled order is shown as soon as it is known, although the response is late', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const order = await buyer.order(await seller.list(unique('Cancelled slowly')))
  const { page } = buyer
  await page.goto(`/orders/${order.id}`)
  await page.getByRole('button', { name: 'Cancel the order' }).click()
  const { release } = await holdResponses(page, 'DELETE', /\/api\/orders\//)
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the order' }).click()
  await expect(page.getByRole('main').getByText('This order was cancelled')).toBeVisible()
  await expect(page.getByRole('dialog')).toHaveCount(0)
  release()
  await redraws(page)
  await expect(page.getByRole('main').getByText('This order was cancelled')).toBeVisible()
})

test('claimant sees the own claim until the response', async ({ someone }) => {
  const [seller, giver, friend] = [await (await someone()).signUp(), await (await someone()).signUp(), await (await someone()).signUp()]
  const pass = await giver.buy(await seller.list(unique('Claimed slowly')))
  const { claimCode } = (await giver.post(`/api/passes/${pass.id}/transfer`, {})) as { claimCode: string }
  const { page } = friend
  await giver.page.goto(`/passes/${pass.id}`)
  await page.goto(`/claim#${claimCode}`)
  const { handled, release } = await holdResponses(page, 'POST', /\/api\/passes\/claims$/)
  await page.getByRole('button', { name: 'Claim the ticket' }).click()
  await handled
  await expect(giver.page.getByRole('heading', { level: 1 })).toHaveText('This ticket was claimed')
  await redraws(page)
  await expect(page.getByRole('button', { name: 'Claiming…' })).toBeVisible()
  await expect(page.getByRole('main').getByRole('alert')).toHaveCount(0)
  await expect(page.getByText(/claimed it with this code already|The ticket is yours/)).toHaveCount(0)
  release()
  await expect(page).toHaveURL(`/passes/${pass.id}`)
  await expect(page.getByText('The ticket is yours.')).toBeVisible()
})

test('holder who withdraws a resale never reads that it is for sale and withdrawn', async ({ someone }) => {
  const [seller, holder] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const pass = await holder.buy(await seller.list(unique('Withdrawn resale')))
  await holder.post(`/api/passes/${pass.id}/resale`, { price: 20 })
  const { page } = holder
  await page.clock.install()
  await page.goto(`/passes/${pass.id}`)
  const { handled, release } = await holdResponses(page, 'DELETE', /\/api\/tickets\//)
  const withdraw = page.getByRole('button', { name: 'Withdraw the listing' })
  await expect(withdraw).toBeVisible()
  await stopClock(page)
  await withdraw.click()
  await handled
  await expect.poll(async () => (await holder.get<{ status: string }>(`/api/passes/${pass.id}`)).status).toBe('valid')
  // The page requests the pass again meanwhile.
  const again = page.waitForResponse((response) => response.url().endsWith(`/api/passes/${pass.id}`))
  await page.clock.runFor(4500)
  await again
  await redrawsStopped(page)
  await expect(page.getByRole('button', { name: 'Withdrawing…' })).toBeVisible()
  await expect(page.getByText('This ticket is for resale')).toBeVisible()
  release()
  await page.clock.resume()
  await expect(page.getByText('The listing is withdrawn.')).toBeVisible()
  await expect(page.getByText('This ticket is for resale')).toHaveCount(0)
  await expect(page.getByRole('img', { name: /^Code of the ticket/ })).toBeVisible()
})

test('resale is withdrawn although the pass cannot be read at once', async ({ someone }) => {
  const [seller, holder] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const pass = await holder.buy(await seller.list(unique('Withdrawn on a bad link')))
  await holder.post(`/api/passes/${pass.id}/resale`, { price: 20 })
  const { page } = holder
  await page.goto(`/passes/${pass.id}`)
  await page.route('**/api/tickets/*', async (route) => {
    if (route.request().method() === 'DELETE') await page.route(`**/api/passes/${pass.id}`, (read) => read.abort(), { times: 2 })
    await route.fallback()
  })
  await page.getByRole('button', { name: 'Withdraw the listing' }).click()
  await expect(page.getByText('The listing is withdrawn.')).toBeVisible()
  await expect(page.getByRole('img', { name: /^Code of the ticket/ })).toBeVisible()
})

test('listing of a resale that was withdrawn before counts as withdrawn', async ({ someone }) => {
  const [seller, holder] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const pass = await holder.buy(await seller.list(unique('Withdrawn before')))
  const listing = (await holder.post(`/api/passes/${pass.id}/resale`, { price: 20 })) as { id: string }
  const { page } = holder
  await page.goto(`/passes/${pass.id}`)
  await page.route('**/api/tickets/*', async (route) => {
    await holder.context.request.delete(`/api/tickets/${listing.id}`)
    await route.fallback()
  })
  await page.getByRole('button', { name: 'Withdraw the listing' }).click()
  await expect(page.getByText('The listing is withdrawn.')).toBeVisible()
  await expect(page.getByRole('img', { name: /^Code of the ticket/ })).toBeVisible()
})

/** Longer than a response takes that is not late. */
const LATE = 6000

test('buyer whose response is late finds the own order', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const ticket = await seller.list(unique('Late answer'))
  const { page } = buyer
  await page.clock.install()
  await page.goto(`/tickets/${ticket.id}`)
  const { handled, release } = await holdResponses(page, 'POST', /\/api\/orders$/)
  await page.getByRole('button', { name: 'Buy for $20.00' }).click()
  await handled
  await page.clock.fastForward(LATE)
  await expect(page.getByRole('link', { name: 'Go to your order' })).toBeVisible()
  await expect(page.getByText('Another buyer')).toHaveCount(0)
  release()
  await expect(page.getByText('Time left to pay')).toBeVisible()
})

test('forms say that a response is late', async ({ someone }) => {
  const { page } = await (await someone()).signUp()
  await page.clock.install()
  for (const { path, label, button, api } of [
    { path: '/tickets/new', label: 'Title', button: 'List the ticket', api: /\/api\/tickets$/ },
    { path: '/claim', label: 'Claim code', button: 'Claim the ticket', api: /\/api\/passes\/claims$/ },
  ]) {
    await page.goto(path)
    await page.getByLabel(label, { exact: true }).fill('k7f2')
    const { handled, release } = await holdResponses(page, 'POST', api)
    await page.getByRole('button', { name: button }).click()
    await handled
    await page.clock.fastForward(LATE)
    await expect(page.getByText('No response yet.')).toBeVisible()
    release()
    await expect(page.getByText('No response yet.')).toHaveCount(0)
    await expect(page.getByRole('main').getByRole('alert').first()).toBeVisible()
  }
})

test('outcome for a user who has left the page is a message with a link', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const ticket = await seller.list(unique('Left'))
  const { page } = buyer
  await page.goto(`/tickets/${ticket.id}`)
  const order = await holdResponses(page, 'POST', /\/api\/orders$/)
  await page.getByRole('button', { name: 'Buy for $20.00' }).click()
  await order.handled
  await page.getByRole('link', { name: 'Orders', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your orders')
  order.release()
  await expect(page.getByText('The ticket is reserved for you.')).toBeVisible()
  await expect(page).toHaveURL('/orders')
  await page.getByRole('link', { name: 'Open' }).click()
  await expect(page.getByText('Time left to pay')).toBeVisible()
  await page.getByRole('button', { name: 'Pay $20.00' }).click()
  await page.getByRole('link', { name: 'Show my ticket' }).click()

  // The claim code is in one response: it is shown once the holder is back.
  const transfer = await holdResponses(page, 'POST', /\/transfer$/)
  await page.getByRole('button', { name: 'Give away' }).click()
  await transfer.handled
  await page.getByRole('link', { name: 'Market', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Market')
  transfer.release()
  await expect(page.getByText('The claim code is ready.')).toBeVisible()
  await page.getByRole('link', { name: 'Open' }).click()
  await expect(page.getByLabel('Claim code', { exact: true })).toHaveValue(/.+/)
  await page.getByRole('button', { name: 'Take back' }).click()
  await expect(page.getByText('The claim code no longer works.')).toBeVisible()
  await expect(page.getByLabel('Claim code', { exact: true })).toHaveCount(0)

  // A failure, too.
  const failed = await holdResponses(page, 'POST', /\/transfer$/, { status: 503, body: '' })
  await page.getByRole('button', { name: 'Give away' }).click()
  await failed.handled
  await page.getByRole('link', { name: 'Market', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Market')
  failed.release()
  await expect(page.getByText('On the page before: The marketplace is busy.')).toBeVisible()
  await page.getByRole('link', { name: 'Open' }).click()
  await expect(page.getByRole('button', { name: 'Give away' })).toBeVisible()
})

test('late take-back holds the other buttons of the ticket, and leaves the next claim code alone', async ({ someone }) => {
  const [seller, holder] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const pass = await holder.buy(await seller.list(unique('Taken back slowly')))
  await holder.post(`/api/passes/${pass.id}/transfer`, {})
  const { page } = holder
  await page.clock.install()
  await page.goto(`/passes/${pass.id}`)
  const { handled, release } = await holdResponses(page, 'DELETE', /\/transfer$/)
  const takeBack = page.getByRole('button', { name: 'Take back' })
  await expect(takeBack).toBeVisible()
  await stopClock(page)
  await takeBack.click()
  await handled
  await redrawsStopped(page)
  await expect(page.getByRole('button', { name: 'New claim code' })).toBeHidden()
  await page.clock.fastForward(LATE)
  await page.clock.resume()
  await expect(page.getByText('The claim code no longer works.')).toBeVisible()
  await page.getByRole('button', { name: 'Give away' }).click()
  const code = page.getByLabel('Claim code', { exact: true })
  await expect(code).toHaveValue(/.+/)
  release()
  await redraws(page)
  await expect(code).toHaveValue(/.+/)
  await expect(page.getByText('The claim code no longer works.')).toHaveCount(0)
  expect((await holder.get<{ transferExpiresAt?: string }>(`/api/passes/${pass.id}`)).transferExpiresAt).toBeTruthy()
})

test('late response to a resale that was withdrawn meanwhile announces nothing', async ({ someone }) => {
  const [seller, holder] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const pass = await holder.buy(await seller.list(unique('Listed slowly')))
  const path = `/api/passes/${pass.id}`
  const { page } = holder
  await page.clock.install()
  await page.goto(`/passes/${pass.id}`)
  await page.locator('summary').click()
  const { handled, release } = await holdResponses(page, 'POST', /\/resale$/)
  await stopClock(page)
  await page.getByRole('button', { name: 'List for resale' }).click()
  await handled
  await redrawsStopped(page)
  await expect(page.getByRole('button', { name: 'Give away' })).toBeHidden()
  const { listingId } = await holder.get<{ listingId: string }>(path)
  await holder.context.request.delete(`/api/tickets/${listingId}`)
  await expect.poll(async () => (await holder.get<{ status: string }>(path)).status).toBe('valid')
  release()
  await page.clock.resume()
  await expect(page.getByRole('button', { name: 'Give away' })).toBeVisible()
  await redraws(page)
  await expect(page.getByText('The ticket is for resale.')).toHaveCount(0)
})

test('question stays open while what it confirms is on its way', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const order = await buyer.order(await seller.list(unique('Cancelled on a slow link')))
  const ticket = await seller.list(unique('Withdrawn on a slow link'))
  for (const { page, path, button, keep } of [
    { page: buyer.page, path: `/orders/${order.id}`, button: 'Cancel the order', keep: 'Keep the order' },
    { page: seller.page, path: `/tickets/${ticket.id}`, button: 'Withdraw', keep: 'Keep the ticket' },
  ]) {
    await page.goto(path)
    await page.getByRole('button', { name: button }).click()
    // It does not reach the server.
    const { handled, release } = await holdResponses(page, 'DELETE', /\/api\/(orders|tickets)\//, { status: 503, body: '' })
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: button }).click()
    await handled
    await expect(dialog.getByRole('button', { name: keep })).toBeHidden()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await redraws(page)
    await expect(dialog).toBeVisible()
    release()
    await expect(dialog.getByRole('alert')).toBeVisible()
    await dialog.getByRole('button', { name: keep }).click()
    await expect(dialog).toHaveCount(0)
  }
})
