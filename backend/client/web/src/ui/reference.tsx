// The end of an identifier, which distinguishes it from others. A click copies the whole.
import { useTexts } from '../texts/context'
import { useCopy } from './use-copy'

/** The number of characters that are shown. The first ones are the time, which many identifiers share. */
const SHOWN = 8

export function Reference({ label, id }: { label: string; id: string }) {
  const texts = useTexts()
  const copy = useCopy()
  return (
    <p className="meta reference">
      <span>{label}</span>
      <button type="button" lang="en" title={id} aria-label={texts.common.copy(label, id)} onClick={() => void copy(id, id)}>
        {id.slice(-SHOWN)}
      </button>
    </p>
  )
}
