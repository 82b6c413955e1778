// The last verdict, as large as the screen allows, and the ones before it.
import { sanitize } from '../texts/sanitize'
import { useI18n, useTexts } from '../texts/context'
import { errorText } from '../texts/errors'
import { useTitleText } from '../ui/title'
import type { Verdict } from './verdict'

/** Returns the lines of a verdict: what, which seat or why, and what to do. */
function useLines(): (verdict: Verdict) => { head: string; detail: string; hint: string } {
  const { texts, format } = useI18n()
  const titleText = useTitleText()
  return (verdict) => {
    if (verdict.kind === 'admitted') {
      const { title, seat } = verdict.admission
      return { head: texts.door.admitted, detail: seat ? sanitize(seat) : titleText(title), hint: seat ? titleText(title) : '' }
    }
    if (verdict.kind === 'unknown') return { head: texts.door.unknown, detail: errorText(texts, verdict.error), hint: texts.door.again }
    const { reason, first } = verdict
    const detail = first ? texts.door.firstAt(format.instant(first.admittedAt), first.device ? sanitize(first.device) : '') : texts.door.reasons[reason]
    return { head: texts.door.refused, detail, hint: texts.door.hints[reason] }
  }
}

export function VerdictView({ verdict, isJudging }: { verdict: Verdict | undefined; isJudging: boolean }) {
  const texts = useTexts()
  const lines = useLines()
  const { head, detail, hint } = verdict && !isJudging ? lines(verdict) : { head: isJudging ? texts.door.judging : texts.door.ready, detail: '', hint: '' }
  return (
    <div className={`verdict ${verdict && !isJudging ? verdict.kind : 'idle'}`} role="status" aria-live="assertive" aria-atomic="true">
      <p className="verdict-head">{head}</p>
      {detail && (
        <p className="verdict-detail" dir="auto">
          {detail}
        </p>
      )}
      {hint && (
        <p className="verdict-hint" dir="auto">
          {hint}
        </p>
      )}
      {verdict?.byList && !isJudging && <p className="verdict-hint">{texts.door.byList}</p>}
    </div>
  )
}

export function VerdictLog({ verdicts }: { verdicts: Verdict[] }) {
  const { texts, format } = useI18n()
  const lines = useLines()
  if (verdicts.length === 0) return null
  return (
    <section aria-labelledby="verdict-log">
      <h2 id="verdict-log">{texts.door.log}</h2>
      <ol className="verdict-log">
        {verdicts.map((verdict) => {
          const { head, detail } = lines(verdict)
          return (
            <li key={verdict.id} className={verdict.kind}>
              <time dateTime={new Date(verdict.at).toISOString()}>{format.clock(verdict.at)}</time>
              <strong>{head}</strong>
              <span dir="auto">{detail}</span>
            </li>
          )
        })}
      </ol>
    </section>
  )
}
