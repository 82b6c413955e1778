// A hand scanner at the door: its input is recognised wherever the focus is, its verdict is in view, and it may read a code twice.
import AxeBuilder from '@axe-core/playwright'
import type { Locator, Page } from '@playwright/test'

import type { Pass, Person } from './support/person'
import { expect, test, unique } from './support/test'

const startsAt = new Date(Date.now() + 2 * 60 * 60 * 1000).toISOString()
const verdictOf = (page: Page): Locator => page.locator('.verdict')

/** Types as a scanner does: the keys arrive without a pause between them. */
async function type(page: Page, text: string, end: 'Enter' | 'Tab' = 'Enter'): Promise<void> {
  const session = await page.context().newCDPSession(page)
  // By the clock of the scanner, however busy the machine is.
  let timestamp = Date.now() / 1000
  const key = (name: string, code: number, text?: string) => {
    const common = { key: name, code: name, windowsVirtualKeyCode: code, timestamp: (timestamp += 0.001) }
    return [
      session.send('Input.dispatchKeyEvent', { ...common, type: 'keyDown', ...(text && { text }) }),
      session.send('Input.dispatchKeyEvent', { ...common, type: 'keyUp' }),
    ]
  }
  // The codes of signs are those of arrows and others.
  const sent = [...text].flatMap((char) => key(char, /[A-Z0-9 ]/.test(char) ? char.charCodeAt(0) : 0, char))
  await Promise.all([...sent, ...key(end, end === 'Enter' ? 13 : 9, end === 'Enter' ? '\r' : undefined)])
  await session.detach()
}

async function sell(seller: Person, buyer: Person, title: string, count: number): Promise<Pass[]> {
  const passes: Pass[] = []
  for (let seat = 1; seat <= count; seat++) passes.push(await buyer.buy(await seller.list(title, 20, { startsAt, seat: `Seat ${seat}` })))
  return passes
}

async function openDoor(page: Page): Promise<void> {
  await page.goto('/check-in')
  await expect(page.locator('.door-ready')).toContainText('Works without a network, too')
}

const isInView = (locator: Locator): Promise<boolean> =>
  locator.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect()
    const header = document.querySelector('.header')?.getBoundingClientRect().bottom ?? 0
    const navigation = document.querySelector('.nav')?.getBoundingClientRect()
    const end = navigation && navigation.top > header ? navigation.top : innerHeight
    return top >= header && bottom <= end
  })

test('scan is read wherever the focus is, and presses and writes nothing', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const passes = await sell(seller, buyer, unique('Fanfare'), 5)
  const { page } = seller
  await openDoor(page)
  const [name, sound, camera] = [page.getByLabel('Name of this door'), page.getByLabel('Sound and vibration'), page.getByRole('button', { name: 'Use the camera' })]
  await name.fill('west')
  const places: Record<string, () => Promise<void>> = {
    heading: () => page.getByRole('heading', { level: 1 }).click(),
    name: () => name.focus(),
    checkbox: () => sound.focus(),
    button: () => camera.focus(),
    code: () => page.getByLabel('Code', { exact: true }).focus(),
  }
  for (const [index, [place, focus]] of Object.entries(places).entries()) {
    await focus()
    await type(page, passes[index]?.code ?? '', index % 2 ? 'Tab' : 'Enter')
    await expect(verdictOf(page), place).toContainText(new RegExp(`Admitted.*Seat ${index + 1}`))
    await expect(verdictOf(page), place).toContainText('Admitted')
  }
  await expect(name).toHaveValue('west')
  await expect(sound).not.toBeChecked()
  await expect(camera).toBeVisible()
  // Spaces of a code press nothing.
  await sound.focus()
  await type(page, 'TK1 A B C')
  await expect(verdictOf(page)).toContainText('This is not the code of a pass')
  await expect(sound).not.toBeChecked()
  await camera.focus()
  await type(page, 'TK1 A B C D')
  await expect(page.locator('.verdict-log li')).toHaveCount(7)
  await expect(camera).toBeVisible()
  // Every admission has the name of the door, and nothing of a code.
  expect((await seller.get<{ device?: string }[]>('/api/passes?issued=me')).map(({ device }) => device)).toEqual(Array(5).fill('west'))
  // What a person types stays.
  await name.focus()
  await page.keyboard.press('Space')
  await page.keyboard.type('TK1 gate', { delay: 150 })
  await expect(name).toHaveValue('west TK1 gate')
  await type(page, 'TK1')
  await expect(verdictOf(page)).toContainText('This is not the code of a pass')
})

for (const viewport of [{ width: 390, height: 780 }, { width: 1100, height: 800 }]) {
  test(`verdict is in view wherever the page stands, at ${viewport.width} × ${viewport.height}`, async ({ someone }) => {
    const [seller, buyer] = [await (await someone({ viewport })).signUp(), await (await someone()).signUp()]
    const [pass] = await sell(seller, buyer, unique('Overture'), 1)
    for (let index = 0; index < 12; index++) await buyer.buy(await seller.list(unique(`Evening ${index}`), 5, { startsAt }))
    const { page } = seller
    await openDoor(page)
    const [name, list] = [page.getByLabel('Name of this door'), page.getByRole('heading', { name: 'Door list' })]
    expect((await name.boundingBox())?.y).toBeLessThan((await list.boundingBox())?.y ?? 0)
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight))
    expect(await isInView(verdictOf(page))).toBe(false)
    await type(page, pass?.code ?? '')
    await expect(verdictOf(page)).toContainText('Admitted')
    await expect.poll(() => isInView(verdictOf(page))).toBe(true)
  })
}

test('code that is read twice at once stays admitted, and is refused later', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const [pass] = await sell(seller, buyer, unique('Echo'), 1)
  const { page } = seller
  await openDoor(page)
  // Sent together: a busy machine must not separate the two by more than the time that counts as at once.
  await Promise.all([type(page, pass?.code ?? ''), type(page, pass?.code ?? '')])
  await expect(verdictOf(page)).toContainText('The code was read again at once')
  await expect(verdictOf(page)).toContainText('Admitted')
  await expect(page.locator('.verdict-log li')).toHaveCount(1)
  await expect(async () => {
    await type(page, pass?.code ?? '')
    await expect(verdictOf(page)).toContainText('Admitted already', { timeout: 500 })
  }).toPass()
  await expect(verdictOf(page)).toContainText('Refused')
})

test('seller sees a pass that has admitted an earlier holder and is not used, and the door warns', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const [first, other] = await sell(seller, buyer, unique('Reprise'), 2)
  const { page } = seller
  const entered = [{ admittedAt: new Date(Date.now() - 600_000).toISOString(), device: 'north door' }]
  // As the server answers where a door without a network has admitted a pass that was offered meanwhile.
  await page.route(/\/api\/passes(\?issued=me|\?limit.*issued=me|\/[0-9a-f-]{36}$)/, async (route) => {
    const response = await route.fetch()
    const body = (await response.json()) as Pass | Pass[]
    const change = (pass: Pass) => (pass.id === first?.id ? { ...pass, status: 'offered', doubleAdmissions: entered } : pass)
    await route.fulfill({ response, json: Array.isArray(body) ? body.map(change) : change(body) })
  })
  await page.goto('/check-in')
  for (const path of ['/check-in', '/listings', `/passes/${first?.id}`]) {
    await page.goto(path)
    const notice = page.getByRole('alert').filter({ hasText: 'An earlier holder has entered with a ticket that is not used' })
    await expect(notice.getByRole('list', { name: 'Admissions' }).getByRole('listitem')).toHaveText([/north door$/])
  }
  await page.goto('/check-in')
  await expect(page.getByText('1 of 2 admitted')).toBeVisible()
  await page.route('**/api/passes/check-ins', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, json: { ...((await response.json()) as object), doubleAdmissions: entered } })
  })
  await type(page, other?.code ?? '')
  await expect(verdictOf(page)).toContainText('Admitted')
  await expect(verdictOf(page).locator('.verdict-warning')).toContainText(/An earlier holder has entered with this ticket already: .+UTC, north door/)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
    expect(violations.map(({ id }) => id)).toEqual([])
  }
})
