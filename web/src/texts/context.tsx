// The language of the page, for whatever shows text.
import { type ReactNode, createContext, use, useEffect, useMemo, useState } from 'react'

import { preferences } from '../storage'
import type { Texts } from './en'
import { type Format, formatOf } from './format'
import { type Language, languages, preferred } from './languages'

interface Speech {
  texts: Texts
  format: Format
  language: Language
  choose: (language: Language) => void
}

const SpeechContext = createContext<Speech | null>(null)
const STORED = 'language'

/** The browser's own form of the language: an English reader in Ireland writes dates as it is done there. */
const localeOf = (language: Language) =>
  navigator.languages.find((tag) => tag.toLowerCase().split('-')[0] === language) ?? language

export function SpeechProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(() => preferred(preferences.getItem(STORED), navigator.languages))
  useEffect(() => {
    document.documentElement.lang = language
  }, [language])
  const speech = useMemo<Speech>(
    () => ({
      texts: languages[language],
      format: formatOf(localeOf(language)),
      language,
      choose: (chosen) => {
        preferences.setItem(STORED, chosen)
        setLanguage(chosen)
      },
    }),
    [language],
  )
  return <SpeechContext value={speech}>{children}</SpeechContext>
}

export function useSpeech(): Speech {
  const speech = use(SpeechContext)
  if (!speech) throw new Error('no language is spoken here')
  return speech
}

export const useTexts = (): Texts => useSpeech().texts
