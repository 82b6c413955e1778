// A response is lost after the server has handled the request: the page shows what is true of the thing now.
import { holdResponses, loseResponse, redraws } from './support/responses'
import { expect, test, unique } from './support/test'

const NOT_SAVED = 'Not saved'

test('resale whose response was lost is for sale, can be withdrawn, and listed again at the same price', async ({ someone }) => {
  const [seller, holder] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const pass = await holder.buy(await seller.list(unique('Resale lost')))
  const { page } = holder
  const price = page.getByLabel('Price in US dollars')
  await page.goto(`/passes/${pass.id}`)
  await page.locator('summary').click()
  await price.fill('19')
  await loseResponse(page, 'POST', /\/resale$/)
  await page.getByRole('button', { name: 'List for resale' }).click()
  await expect(page.getByText('This ticket is for resale')).toBeVisible()
  await page.getByRole('button', { name: 'Withdraw the listing' }).click()
  await expect(page.getByText('The listing is withdrawn.')).toBeVisible()
  await page.locator('summary').click()
  await expect(page.getByText(NOT_SAVED)).toHaveCount(0)
  await expect(price).toHaveValue('20')
  await price.fill('19')
  await page.getByRole('button', { name: 'List for resale' }).click()
  await expect(page.getByText('This ticket is for resale')).toBeVisible()
  expect((await holder.get<{ status: string }>(`/api/passes/${pass.id}`)).status).toBe('offered')
})

test('order whose response was lost is not opened again after it was cancelled', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const ticket = await seller.list(unique('Order lost'))
  const { page } = buyer
  await page.goto(`/tickets/${ticket.id}`)
  await loseResponse(page, 'POST', /\/api\/orders$/)
  await page.getByRole('button', { name: 'Buy for $20.00' }).click()
  await page.getByRole('link', { name: 'Go to your order' }).click()
  await page.getByRole('button', { name: 'Cancel the order' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the order' }).click()
  await page.getByRole('main').getByRole('link', { name: 'See the ticket' }).click()
  for (const again of [() => page.reload(), () => Promise.resolve()]) {
    await expect(page.getByRole('button', { name: 'Buy for $20.00' })).toBeVisible()
    await expect(page).toHaveURL(`/tickets/${ticket.id}`)
    await again()
  }
})

test('transfer whose response was lost and that was taken back gives another claim code', async ({ someone }) => {
  const [seller, holder, friend] = [await (await someone()).signUp(), await (await someone()).signUp(), await (await someone()).signUp()]
  const pass = await holder.buy(await seller.list(unique('Transfer lost')))
  const { page } = holder
  await page.goto(`/passes/${pass.id}`)
  await loseResponse(page, 'POST', /\/transfer$/)
  await page.getByRole('button', { name: 'Give away' }).click()
  await page.getByRole('button', { name: 'Take back' }).click()
  await page.getByRole('button', { name: 'Give away' }).click()
  const claimCode = await page.getByLabel('Claim code', { exact: true }).inputValue()
  await friend.post('/api/passes/claims', { claimCode })
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('This ticket was claimed')
})

test('claim code is shown while it works: taken back by another program, it is not', async ({ someone }) => {
  const [seller, holder] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const pass = await holder.buy(await seller.list(unique('Taken back')))
  const { page } = holder
  await page.goto(`/passes/${pass.id}`)
  await page.getByRole('button', { name: 'Give away' }).click()
  const code = page.getByLabel('Claim code', { exact: true })
  const claimCode = await code.inputValue()
  await holder.context.request.delete(`/api/passes/${pass.id}/transfer`)
  await expect(code).toHaveCount(0)
  // The code is worth nothing: the form does not keep it.
  await page.goto(`/claim#${claimCode}`)
  await page.getByRole('button', { name: 'Claim the ticket' }).click()
  await expect(page.getByText('This claim code does not work')).toBeVisible()
  await page.goto('/orders')
  await page.goto('/claim')
  await expect(code).toHaveValue('')
  await expect(page.getByText(NOT_SAVED)).toHaveCount(0)
})

test('edit whose response was lost is shown as saved', async ({ someone }) => {
  const seller = await (await someone()).signUp()
  const ticket = await seller.list(unique('Edit lost'))
  const { page } = seller
  await page.goto(`/tickets/${ticket.id}/edit`)
  await page.getByLabel('Price in US dollars').fill('25')
  await loseResponse(page, 'PUT', /\/api\/tickets\//)
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('The ticket was changed.')).toBeVisible()
  await page.getByRole('link', { name: 'Back' }).click()
  await expect(page.getByText('$25.00')).toBeVisible()
  await page.getByRole('link', { name: 'Edit' }).click()
  await expect(page.getByLabel('Price in US dollars')).toHaveValue('25')
  await expect(page.getByText(NOT_SAVED)).toHaveCount(0)
})

test('typed edits are kept while the listing is reserved, and deleted once it is sold', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const ticket = await seller.list(unique('Edited and sold'))
  const { page } = seller
  await page.goto(`/tickets/${ticket.id}/edit`)
  await page.getByLabel('Price in US dollars').fill('25')
  const order = await buyer.order(ticket)
  await expect(page.getByText('It is kept until the ticket is available again.')).toBeVisible()
  await buyer.pay(order)
  await expect(page.getByText('What you have typed was not saved.')).toBeVisible()
  await page.reload()
  await expect(page.getByText('You have sold this ticket.')).toBeVisible()
  await expect(page.getByText('What you have typed')).toHaveCount(0)
})

test('listing that is withdrawn elsewhere cannot be edited', async ({ someone }) => {
  const seller = await (await someone()).signUp()
  const ticket = await seller.list(unique('Edited and withdrawn'))
  const { page } = seller
  await page.goto(`/tickets/${ticket.id}/edit`)
  await page.getByLabel('Price in US dollars').fill('25')
  await seller.context.request.delete(`/api/tickets/${ticket.id}`)
  await expect(page.getByText('The seller has withdrawn this ticket.')).toBeVisible()
  await expect(page.getByText('What you have typed was not saved.')).toBeVisible()
})

test('listing that is withdrawn elsewhere during a save is not shown as unknown', async ({ someone }) => {
  const seller = await (await someone()).signUp()
  const ticket = await seller.list(unique('Saved and withdrawn'))
  const { page } = seller
  await page.clock.install()
  await page.goto(`/tickets/${ticket.id}/edit`)
  await page.getByLabel('Price in US dollars').fill('25')
  const { handled, release } = await holdResponses(page, 'PUT', /\/api\/tickets\//, { status: 503, body: '' })
  await page.getByRole('button', { name: 'Save' }).click()
  await handled
  await seller.context.request.delete(`/api/tickets/${ticket.id}`)
  const missing = page.waitForResponse((response) => response.url().endsWith(ticket.id) && response.status() === 404)
  await page.clock.fastForward(6000)
  await missing
  await redraws(page)
  await expect(page.getByText('The seller has withdrawn this ticket.')).toBeVisible()
  await expect(page.getByText('What you have typed was not saved.')).toBeVisible()
  release()
})

test('listing and claim whose responses were lost say that their outcome is not known', async ({ someone }) => {
  const [seller, holder, friend] = [await (await someone()).signUp(), await (await someone()).signUp(), await (await someone()).signUp()]
  const pass = await holder.buy(await seller.list(unique('Claim lost')))
  const { claimCode } = (await holder.post(`/api/passes/${pass.id}/transfer`, {})) as { claimCode: string }
  const { page } = friend
  const title = unique('Listing lost')
  await page.goto('/claim')
  await page.getByLabel('Claim code', { exact: true }).fill(claimCode)
  await loseResponse(page, 'POST', /\/claims$/)
  await page.getByRole('button', { name: 'Claim the ticket' }).click()
  await expect(page.getByRole('alert')).toBeVisible()
  await page.reload()
  await expect(page.getByText('It is not known whether you have claimed this ticket.')).toBeVisible()
  await page.getByRole('button', { name: 'Claim the ticket' }).click()
  await expect(page.getByText('The ticket is yours.')).toBeVisible()

  await page.goto('/tickets/new')
  await page.getByLabel('Title').fill(title)
  await page.getByLabel('Price in US dollars').fill('25')
  await loseResponse(page, 'POST', /\/api\/tickets$/)
  await page.getByRole('button', { name: 'List the ticket' }).click()
  await expect(page.getByRole('alert')).toBeVisible()
  await page.reload()
  await expect(page.getByText('It is not known whether this ticket was listed.')).toBeVisible()
  await expect(page.getByText(NOT_SAVED)).toHaveCount(0)
  await page.getByRole('button', { name: 'List the ticket' }).click()
  await expect(page.getByText('The ticket is listed.')).toBeVisible()
  expect(await friend.get<unknown[]>('/api/tickets?seller=me')).toHaveLength(1)
})

test('listing whose response was lost and that is changed is shown as another one', async ({ someone }) => {
  const seller = await (await someone()).signUp()
  const { page } = seller
  const [price, unknown, other] = [page.getByLabel('Price in US dollars'), page.getByText('Send it again: it is listed only once.'), page.getByText('it is another listing')]
  await page.goto('/tickets/new')
  await page.getByLabel('Title').fill(unique('Listing lost and changed'))
  await price.fill('25')
  await loseResponse(page, 'POST', /\/api\/tickets$/)
  await page.getByRole('button', { name: 'List the ticket' }).click()
  for (const again of [() => page.reload(), () => Promise.resolve()]) {
    await expect(unknown).toBeVisible()
    await price.fill('99')
    await expect(other).toBeVisible()
    await expect(unknown).toHaveCount(0)
    await price.fill('25')
    await expect(unknown).toBeVisible()
    await again()
  }
  await page.getByRole('button', { name: 'Discard it' }).click()
  await expect(price).toHaveValue('')
  await expect(page.getByText('It is not known whether')).toHaveCount(0)
})

test('visitor whose sign-in had its response lost is signed in, and goes on', async ({ someone }) => {
  const visitor = await (await someone()).signUp()
  const { page } = visitor
  await visitor.context.clearCookies()
  await page.goto('/auth/signin?next=%2Forders')
  await page.getByLabel('E-mail').fill(visitor.email)
  await page.getByLabel('Password', { exact: true }).fill('correct horse')
  await loseResponse(page, 'POST', /\/signin$/)
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your orders')
})
