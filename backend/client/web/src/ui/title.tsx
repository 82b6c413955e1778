// Titles of other users, shown as plain text.
import { sanitize } from '../texts/sanitize'
import { useTexts } from '../texts/context'
import { isInvisible } from '../texts/unicode'

/** Returns the function that gives the text of a title in a sentence or in the document title. */
export function useTitleText(): (title: string) => string {
  const texts = useTexts()
  return (title) => {
    const shown = sanitize(title)
    return isInvisible(shown) ? texts.common.untitled : shown
  }
}

/** `bdi` isolates the text direction of the title. */
export function TitleText({ title }: { title: string }) {
  const text = useTitleText()
  return <bdi className="title-text">{text(title)}</bdi>
}
