// Unsent input: the tab keeps it for its user across other pages, going back, a reload, and the end of the session.
import { useState } from 'react'

import { readJson, tab } from '../storage'
import { useTexts } from '../texts/context'
import { Button } from './button'
import { Notice } from './notice'

export interface Kept<T> {
  /** What was typed on an earlier visit; null if nothing was, or after `discard`. */
  earlier: T | null
  keep: (typed: T) => void
  /** Deletes what is kept: it was sent, or its user does not want it. */
  forget: () => void
  /** `forget`, and the form begins as if nothing had been typed. */
  discard: () => void
}

/** Returns what the user has typed into a form and not sent. `form` names the form, and what it changes. */
export function useKept<T>(userId: string, form: string): Kept<T> {
  const name = `typed:${userId}:${form}`
  const [earlier, setEarlier] = useState(() => readJson<T>(tab, name))
  const forget = () => tab.removeItem(name)
  return {
    earlier,
    keep: (typed) => tab.setItem(name, JSON.stringify(typed)),
    forget,
    discard: () => {
      forget()
      setEarlier(null)
    },
  }
}

/** Shows that a form has restored unsent input, and offers to discard it. */
export function NotSaved({ onDiscard }: { onDiscard: () => void }) {
  const texts = useTexts()
  return (
    <Notice title={texts.form.notSaved}>
      <p>{texts.form.notSavedHint}</p>
      <Button onClick={onDiscard}>{texts.form.discard}</Button>
    </Notice>
  )
}
