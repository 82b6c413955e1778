// Where there is no page.
import { useTexts } from '../texts/context'
import { ButtonLink } from '../ui/button'
import { Page } from '../ui/page'

export default function Missing() {
  const texts = useTexts()
  return (
    <Page title={texts.missing.title} lead={texts.missing.text} narrow>
      <ButtonLink to="/" look="primary">
        {texts.common.toMarket}
      </ButtonLink>
    </Page>
  )
}
