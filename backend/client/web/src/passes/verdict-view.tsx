// The last verdict, as large as the screen allows, and the ones before it.
import { useEffect, useRef } from 'react'

import { sanitize } from '../texts/sanitize'
import { useI18n, useTexts } from '../texts/context'
import { errorText } from '../texts/errors'
import { useTitleText } from '../ui/title'
import { type Verdict, enteredBefore } from './verdict'

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

/** Returns the line that warns of an earlier holder who has entered with the pass of this guest. */
function useWarnings(): (verdict: Verdict) => string[] {
  const { texts, format } = useI18n()
  return (verdict) =>
    enteredBefore(verdict).map(({ admittedAt, device }) => texts.door.enteredAt(format.instant(admittedAt), device ? sanitize(device) : texts.door.unnamed))
}

export function VerdictView({ verdict, isJudging }: { verdict: Verdict | undefined; isJudging: boolean }) {
  const texts = useTexts()
  const lines = useLines()
  const warningsOf = useWarnings()
  const warnings = verdict && !isJudging ? warningsOf(verdict) : []
  const box = useRef<HTMLDivElement>(null)
  const id = verdict?.id
  // Scroll to the verdict: a user who scans looks at it.
  useEffect(() => {
    if (id !== undefined) box.current?.scrollIntoView({ block: 'nearest' })
  }, [id, isJudging])
  const { head, detail, hint } = verdict && !isJudging ? lines(verdict) : { head: isJudging ? texts.door.judging : texts.door.ready, detail: '', hint: '' }
  return (
    <div ref={box} className={`verdict ${verdict && !isJudging ? verdict.kind : 'idle'}`} role="status" aria-live="assertive" aria-atomic="true">
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
      {warnings.map((warning) => (
        <p key={warning} className="verdict-warning" dir="auto">
          {warning}
        </p>
      ))}
      {verdict?.isRepeat && !isJudging && <p className="verdict-hint">{texts.door.repeated}</p>}
      {verdict?.byList && !isJudging && <p className="verdict-hint">{texts.door.byList}</p>}
    </div>
  )
}

export function VerdictLog({ verdicts }: { verdicts: Verdict[] }) {
  const { texts, format } = useI18n()
  const lines = useLines()
  const warningsOf = useWarnings()
  if (verdicts.length === 0) return null
  return (
    <section aria-labelledby="verdict-log">
      <h2 id="verdict-log">{texts.door.log}</h2>
      <ol className="verdict-log">
        {verdicts.map((verdict) => {
          const { head, detail } = lines(verdict)
          const warnings = warningsOf(verdict)
          return (
            <li key={verdict.id} className={warnings.length > 0 ? 'unknown' : verdict.kind}>
              <time dateTime={new Date(verdict.at).toISOString()}>{format.clock(verdict.at)}</time>
              <strong>{head}</strong>
              <span dir="auto">{[detail, ...warnings].join(' · ')}</span>
            </li>
          )
        })}
      </ol>
    </section>
  )
}
