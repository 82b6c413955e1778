// Shown where a request failed.
import { useTexts } from '../texts/context'
import { errorText } from '../texts/errors'
import { Button } from './button'
import { Notice } from './notice'

/** Says why an operation failed; nothing without an error. */
export function ErrorNotice({ error }: { error: unknown }) {
  const texts = useTexts()
  if (!error) return null
  return <Notice tone="bad" alert text={errorText(texts, error)} />
}

/** Replaces a part of a page. */
export function Failure({ error, retry }: { error: unknown; retry: () => void }) {
  const texts = useTexts()
  return (
    <Notice tone="bad" alert>
      <p>{errorText(texts, error)}</p>
      <Button onClick={retry}>{texts.common.retry}</Button>
    </Notice>
  )
}
