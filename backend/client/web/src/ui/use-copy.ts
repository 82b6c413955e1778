// Copying to the clipboard, which a browser may refuse.
import { useTexts } from '../texts/context'
import { useAnnounce } from './announcer'

/** Returns a function that copies a text. Without the permission, `otherwise` is shown, so that it can be copied by hand. */
export function useCopy(): (text: string, otherwise: string) => Promise<void> {
  const texts = useTexts()
  const { showToast } = useAnnounce()
  return async (text, otherwise) => {
    try {
      await navigator.clipboard.writeText(text)
      showToast(texts.common.copied)
    } catch {
      showToast(otherwise)
    }
  }
}
