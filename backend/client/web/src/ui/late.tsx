// Shown beside a button whose request is in progress.
import { LATE_AFTER } from '../pause'
import { useTexts } from '../texts/context'
import { useSustained } from './use-sustained'

/** A hint, which says after a while that the response is late. */
export function Late({ busy, hint = '' }: { busy: boolean; hint?: string }) {
  const texts = useTexts()
  const isLate = useSustained(busy, LATE_AFTER)
  return (
    <p className={isLate ? 'hint late' : 'hint'} role="status">
      {isLate ? texts.common.late : hint}
    </p>
  )
}
