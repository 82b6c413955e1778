// Texts of other users, shown as plain text. `bdi` isolates the direction of each; the page aligns it.
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

/** A text of another user: a place, a seat, a door. */
export const UserText = ({ text }: { text: string }) => <bdi>{sanitize(text)}</bdi>

export function TitleText({ title }: { title: string }) {
  const text = useTitleText()
  return <bdi className="title-text">{text(title)}</bdi>
}
