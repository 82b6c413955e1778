// The language of the page as a context.
import { type ReactNode, createContext, use, useEffect, useMemo, useState } from 'react'

import { preferences } from '../storage'
import type { Texts } from './en'
import { type Format, createFormat } from './format'
import { type Language, languages, selectLanguage } from './languages'

interface I18n {
  texts: Texts
  format: Format
  language: Language
  choose: (language: Language) => void
}

const I18nContext = createContext<I18n | null>(null)
const STORED = 'language'

/** Returns the regional locale of the browser for a language, so that dates have the regional format. */
const localeFor = (language: Language) =>
  navigator.languages.find((tag) => tag.toLowerCase().split('-')[0] === language) ?? language

export function I18nProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(() => selectLanguage(preferences.getItem(STORED), navigator.languages))
  useEffect(() => {
    document.documentElement.lang = language
  }, [language])
  const i18n = useMemo<I18n>(
    () => ({
      texts: languages[language],
      format: createFormat(localeFor(language)),
      language,
      choose: (chosen) => {
        preferences.setItem(STORED, chosen)
        setLanguage(chosen)
      },
    }),
    [language],
  )
  return <I18nContext value={i18n}>{children}</I18nContext>
}

export function useI18n(): I18n {
  const i18n = use(I18nContext)
  if (!i18n) throw new Error('useI18n requires an I18nProvider')
  return i18n
}

export const useTexts = (): Texts => useI18n().texts
