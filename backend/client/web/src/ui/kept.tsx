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

/**
 * Returns what the user has typed into a form and not sent. `form` names the form, and what it changes. `isSaved`: whether the thing is what
 * was typed: the response to it was lost.
 */
export function useKept<T>(userId: string, form: string, isSaved: (typed: T) => boolean = () => false): Kept<T> {
  const name = `typed:${userId}:${form}`
  const [earlier, setEarlier] = useState(() => {
    const typed = readJson<T>(tab, name)
    if (typed === null || !isSaved(typed)) return typed
    tab.removeItem(name)
    return null
  })
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

/** Shows that a form has restored unsent input, and offers to discard it. `unknown`: that it was sent, and the response was lost. */
export function NotSaved({ unknown, onDiscard }: { unknown?: string | undefined; onDiscard: () => void }) {
  const texts = useTexts()
  return (
    <Notice tone={unknown ? 'warn' : 'info'} title={unknown ?? texts.form.notSaved}>
      {!unknown && <p>{texts.form.notSavedHint}</p>}
      <Button onClick={onDiscard}>{texts.form.discard}</Button>
    </Notice>
  )
}
