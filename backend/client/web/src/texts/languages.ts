// The language of the page: the stored choice, otherwise the preference of the browser.
import { en, type Texts } from './en'
import { ja } from './ja'

export const languages = { en, ja } satisfies Record<string, Texts>
export type Language = keyof typeof languages

export const isLanguage = (name: unknown): name is Language => typeof name === 'string' && Object.hasOwn(languages, name)

/** Returns the chosen language, or the first preferred one that exists. */
export function selectLanguage(chosen: string | null, wanted: readonly string[]): Language {
  if (isLanguage(chosen)) return chosen
  return wanted.map((tag) => tag.toLowerCase().split('-')[0]).find(isLanguage) ?? 'en'
}
