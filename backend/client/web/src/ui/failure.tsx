// Shown where a request failed.
import { isStatus } from '../api/problem'
import { useTexts } from '../texts/context'
import { errorText } from '../texts/errors'
import { Button, ButtonLink } from './button'
import { Notice } from './notice'
import { Page } from './page'

/** Says why an operation failed; nothing without an error. */
export function ErrorNotice({ error }: { error: unknown }) {
  const texts = useTexts()
  if (!error) return null
  return (
    <Notice tone="bad" alert>
      <p>{errorText(texts, error)}</p>
    </Notice>
  )
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

/** The page of a list. */
export type ListPath = '/' | '/orders' | '/passes'

interface FailedPageProps {
  error: unknown
  retry: () => void
  missing: string
  hint: string
  /** Where the user finds others. */
  list: ListPath
}

/** Replaces a whole page whose resource is missing or could not be loaded. */
export function FailedPage({ error, retry, missing, hint, list }: FailedPageProps) {
  const texts = useTexts()
  // The resource of another user responds with 401. It is shown as missing.
  if (!isStatus(error, 404) && !isStatus(error, 401)) {
    return (
      <Page title={texts.broken.title} narrow>
        <Failure error={error} retry={retry} />
      </Page>
    )
  }
  return (
    <Page title={missing} lead={hint} narrow>
      <ButtonLink to={list} variant="primary">
        {{ '/': texts.common.toMarket, '/orders': texts.common.toOrders, '/passes': texts.common.toPasses }[list]}
      </ButtonLink>
    </Page>
  )
}
