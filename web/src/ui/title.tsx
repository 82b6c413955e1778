// A title that somebody else wrote: text, and nothing but text.
import { sanitize } from '../texts/safe'
import { useTexts } from '../texts/context'
import { isInvisible } from '../texts/unicode'

/** What to show for a title in a sentence, or in the name of the page. */
export function useTitleText(): (title: string) => string {
  const texts = useTexts()
  return (title) => {
    const shown = sanitize(title)
    return isInvisible(shown) ? texts.common.untitled : shown
  }
}

/** `bdi` keeps the direction of its letters to itself. */
export function TitleText({ title }: { title: string }) {
  const text = useTitleText()
  return <bdi className="title-text">{text(title)}</bdi>
}
