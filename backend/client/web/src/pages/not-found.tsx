// The page for unknown addresses.
import { useTexts } from '../texts/context'
import { ButtonLink } from '../ui/button'
import { Page } from '../ui/page'

export default function NotFound() {
  const texts = useTexts()
  return (
    <Page title={texts.notFound.title} lead={texts.notFound.text} narrow>
      <ButtonLink to="/" variant="primary">
        {texts.common.toMarket}
      </ButtonLink>
    </Page>
  )
}
