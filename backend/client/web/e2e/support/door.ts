// What the tests of the door share: tickets that are sold, an open door, and what it shows.
import type { Locator, Page } from '@playwright/test'

import type { Pass, Person } from './person'
import { expect } from './test'

/** This evening: a door warns of the tickets of another day. */
const startsAt = new Date(Date.now() + 2 * 60 * 60 * 1000).toISOString()
export const CHECK_INS = '**/api/passes/check-ins'
export const verdictOf = (page: Page): Locator => page.locator('.verdict')
export const status = (page: Page): Locator => page.locator('.door-status')
export const ready = (page: Page): Locator => page.locator('.door-ready')

/** Sells tickets of one event, and returns the passes of the buyer. */
export async function sell(seller: Person, buyer: Person, title: string, count: number): Promise<Pass[]> {
  const passes: Pass[] = []
  for (let seat = 1; seat <= count; seat++) passes.push(await buyer.buy(await seller.list(title, 20, { startsAt, venue: 'Tivoli', seat: `Seat ${seat}` })))
  return passes
}

/** Opens the door page and waits until it admits without a network. */
export async function openDoor(page: Page, name: string, tickets: number): Promise<void> {
  await page.goto('/check-in')
  await page.getByLabel('Name of this door').fill(name)
  await expect(ready(page)).toContainText(`Works without a network, too: ${tickets} ticket`)
  await expect(ready(page)).toContainText('This page also opens without a network.')
}

export const admittedPass = async (seller: Person, pass: Pass) => (await seller.get<Record<string, unknown>>(`/api/passes/${pass.id}`))
