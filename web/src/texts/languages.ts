// Which language is spoken: what was chosen, else what the browser prefers.
import { en, type Texts } from './en'
import { ja } from './ja'

export const languages = { en, ja } satisfies Record<string, Texts>
export type Language = keyof typeof languages

export const isLanguage = (name: unknown): name is Language => typeof name === 'string' && Object.hasOwn(languages, name)

/** The first of the preferred languages that there is. */
export function preferred(chosen: string | null, wanted: readonly string[]): Language {
  if (isLanguage(chosen)) return chosen
  return wanted.map((tag) => tag.toLowerCase().split('-')[0]).find(isLanguage) ?? 'en'
}
