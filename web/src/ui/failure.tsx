// What stands where something could not be read.
import { isStatus } from '../api/problem'
import { useTexts } from '../texts/context'
import { errorText } from '../texts/errors'
import { Button, ButtonLink } from './button'
import { Notice } from './notice'
import { Page } from './page'

/** In the place of a part of a page. */
export function Failure({ error, retry }: { error: unknown; retry: () => void }) {
  const texts = useTexts()
  return (
    <Notice tone="bad" alert>
      <p>{errorText(texts, error)}</p>
      <Button onClick={retry}>{texts.common.retry}</Button>
    </Notice>
  )
}

/** In the place of a whole page, whose thing is missing or could not be read. */
export function FailedPage({ error, retry, missing, hint }: { error: unknown; retry: () => void; missing: string; hint: string }) {
  const texts = useTexts()
  // Another's thing answers 401: it is as good as missing.
  if (!isStatus(error, 404) && !isStatus(error, 401)) {
    return (
      <Page title={texts.broken.title} narrow>
        <Failure error={error} retry={retry} />
      </Page>
    )
  }
  return (
    <Page title={missing} lead={hint} narrow>
      <ButtonLink to="/" look="primary">
        {texts.common.toMarket}
      </ButtonLink>
    </Page>
  )
}
