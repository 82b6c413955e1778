// Verdicts that are late: each belongs to its scan, and none is lost.
import { CHECK_INS, openDoor, sell, status, verdictOf } from './support/door'
import { holdResponses } from './support/responses'
import { scan } from './support/scan'
import { expect, test, unique } from './support/test'

test('prepared door shows which code it asks for, and decides by its list while the server does not answer', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const [admitted, first, second] = await sell(seller, buyer, unique('Vigil'), 3)
  const { page } = seller
  const log = page.locator('.verdict-log li')
  await openDoor(page, 'gate', 3)
  await scan(page, admitted?.code)
  await expect(verdictOf(page)).toContainText('Admitted')
  const { handled, release } = await holdResponses(page, 'POST', /check-ins$/)
  await scan(page, first?.code)
  await handled
  await expect(verdictOf(page)).toContainText('Checking…')
  await expect(verdictOf(page)).toContainText('Seat 2')
  await expect(verdictOf(page)).not.toContainText('Admitted')
  await scan(page, second?.code)
  await expect(verdictOf(page)).toContainText('1 more code to check')
  // The server has admitted the first guest: the list decides, and the upload finds that out.
  await expect(verdictOf(page)).toContainText(/Admitted.*Seat 3/)
  await expect(verdictOf(page)).toContainText('without a network')
  await expect(log).toHaveText([/Admitted.*Seat 3/, /Admitted.*Seat 2/, /Admitted.*Seat 1/])
  release()
  await expect(status(page)).not.toContainText('to upload', { timeout: 40_000 })
  for (const pass of [first, second]) {
    const { status, doubleAdmissions } = await seller.get<{ status: string; doubleAdmissions?: unknown }>(`/api/passes/${pass?.id}`)
    expect([status, doubleAdmissions]).toEqual(['used', undefined])
  }
})

test('verdict that is not known names its ticket, also below a newer one', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const [first, second] = await sell(seller, buyer, unique('Compline'), 2)
  const { page } = seller
  await openDoor(page, 'gate', 2)
  const busy = { status: 429, body: JSON.stringify({ errors: [{ message: 'no', code: 'too_many_requests' }] }) }
  await page.route(CHECK_INS, (route) => route.fulfill(busy), { times: 1 })
  await scan(page, first?.code)
  await expect(verdictOf(page)).toContainText('Not known')
  await expect(verdictOf(page)).toContainText('Seat 1')
  await scan(page, second?.code)
  await expect(verdictOf(page)).toContainText('Admitted')
  await expect(page.locator('.verdict-log li')).toHaveText([/Admitted.*Seat 2/, /Not known.*Seat 1/])
})

test('refusal is shown large although the next guests are scanned already', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const [used, second, third] = await sell(seller, buyer, unique('Nones'), 3)
  const { page } = seller
  await page.goto('/check-in')
  await expect(page.getByText('0 of 3 admitted')).toBeVisible()
  await scan(page, used?.code)
  await expect(verdictOf(page)).toContainText(/Admitted.*Seat 1/)
  await scan(page, second?.code)
  await expect(verdictOf(page)).toContainText(/Admitted.*Seat 2/)
  const { handled, release } = await holdResponses(page, 'POST', /check-ins$/)
  await scan(page, used?.code)
  await handled
  await scan(page, third?.code)
  await expect(verdictOf(page)).toContainText('1 more code to check')
  release()
  await expect(verdictOf(page)).toContainText(/Refused.*Seat 3/)
  await expect(verdictOf(page)).toContainText(/Admitted.*Seat 3/)
  await expect(page.locator('.verdict-log li')).toHaveText([/Admitted.*Seat 3/, /Refused/, /Admitted.*Seat 2/, /Admitted.*Seat 1/])
})

test('verdict after the page was left is a message on the page that is open', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const [pass] = await sell(seller, buyer, unique('Lauds'), 1)
  const { page } = seller
  await page.goto('/check-in')
  await expect(page.getByText('0 of 1 admitted')).toBeVisible()
  const { handled, release } = await holdResponses(page, 'POST', /check-ins$/)
  await scan(page, pass?.code)
  await handled
  await page.getByRole('link', { name: 'Market', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Market')
  release()
  await expect(page.getByText(/^Admitted: Seat 1 · Lauds/)).toBeVisible()
  await page.getByRole('link', { name: 'Open' }).click()
  await expect(page.getByText('1 of 1 admitted')).toBeVisible()
})
