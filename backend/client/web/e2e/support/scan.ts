// Scans at the door.
import { type Page, expect } from '@playwright/test'

export async function scan(page: Page, code: string | undefined): Promise<void> {
  await page.locator('input[name=code]').fill(code ?? '')
  await page.locator('input[name=code]').press('Enter')
}

/** Scans the code of a guest who was just admitted, until the door no longer takes that for the same scan. */
export async function scanUntilRefused(page: Page, code: string | undefined): Promise<void> {
  await expect(async () => {
    await scan(page, code)
    await expect(page.locator('.verdict')).toContainText('Refused', { timeout: 500 })
  }).toPass()
}
