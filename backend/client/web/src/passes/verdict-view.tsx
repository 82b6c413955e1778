// The last verdict, as large as the screen allows, and the ones before it.
import { useEffect, useRef } from 'react'

import { LATE_AFTER } from '../pause'
import { sanitize } from '../texts/sanitize'
import { useI18n } from '../texts/context'
import type { Texts } from '../texts/en'
import { errorText } from '../texts/errors'
import { useTitleText } from '../ui/title'
import { useSustained } from '../ui/use-sustained'
import { isOnDay } from './event-day'
import { type Verdict, enteredBefore, isOtherDay, startOf } from './verdict'

interface Lines {
  head: string
  /** Which seat, or why. */
  detail: string
  /** What, or what to do. */
  hint: string
  /** Which event: the title, unless a line above has it, and the time. */
  event: string[]
}

export function useLines(): (verdict: Verdict) => Lines {
  const { texts, format } = useI18n()
  const titleText = useTitleText()
  return (verdict) => {
    const startsAt = startOf(verdict)
    const when = startsAt ? format.eventTime(startsAt) : ''
    if (verdict.kind === 'admitted') {
      const { title, seat } = verdict.admission
      // The warning has the time, too.
      const event = isOtherDay(verdict) || !when ? [] : [when]
      return { head: texts.door.admitted, detail: seat ? sanitize(seat) : titleText(title), hint: seat ? titleText(title) : '', event }
    }
    if (verdict.kind === 'unknown') return { head: texts.door.unknown, detail: errorText(texts, verdict.error), hint: texts.door.again, event: [verdict.ticket] }
    const { reason, first, event } = verdict
    const title = event ? titleText(event.title) : ''
    const common = { head: texts.door.refused, hint: texts.door.hints[reason] }
    if (reason === 'pass_other_day' && startsAt) return { ...common, detail: otherDay(texts, startsAt, verdict.at, when), event: [title] }
    const detail = first ? texts.door.firstAt(format.instant(first.admittedAt), first.device ? sanitize(first.device) : '') : texts.door.reasons[reason]
    return { ...common, detail, event: [title, when].filter(Boolean) }
  }
}

const otherDay = (texts: Texts, startsAt: string, at: number, when: string): string =>
  isOnDay(startsAt, at) ? texts.door.otherTime(when) : texts.door.otherDay(when)

/** Returns the lines that warn of a guest who was admitted: of an event at another time, and of earlier holders who have entered. */
function useWarnings(): (verdict: Verdict) => string[] {
  const { texts, format } = useI18n()
  return (verdict) => {
    const startsAt = startOf(verdict)
    const warnings = enteredBefore(verdict).map(({ admittedAt, device }) =>
      texts.door.enteredAt(format.instant(admittedAt), device ? sanitize(device) : texts.door.unnamed),
    )
    return startsAt && isOtherDay(verdict) ? [otherDay(texts, startsAt, verdict.at, format.eventTime(startsAt)), ...warnings] : warnings
  }
}

function showVerdict(box: HTMLElement | null): void {
  const camera = box?.previousElementSibling
  if (camera?.matches('.camera')) camera.scrollIntoView({ block: 'nearest' })
  box?.scrollIntoView({ block: 'nearest' })
  // One that is higher than the screen shows its beginning.
  if (box && box.getBoundingClientRect().top < 0) box.scrollIntoView({ block: 'start' })
}

/** `asked`: the names of the codes that wait for a verdict, in the order of their scans. */
export function VerdictView({ verdict, asked }: { verdict: Verdict | undefined; asked: readonly string[] }) {
  const { texts, format } = useI18n()
  const lines = useLines()
  const warningsOf = useWarnings()
  // A verdict that came while others waited has been on the screen for no time yet: it stays until the next one.
  const isJudging = asked.length > 0 && !verdict?.hasNext
  const isLate = useSustained(isJudging, LATE_AFTER)
  const warnings = verdict && !isJudging ? warningsOf(verdict) : []
  const box = useRef<HTMLDivElement>(null)
  const id = verdict?.id
  // Scroll to the verdict: a user who scans looks at it. If there is room, the picture of the camera is above it.
  useEffect(() => {
    if (id !== undefined) showVerdict(box.current)
  }, [id, isJudging])
  const idle = {
    head: isJudging ? texts.door.judging : texts.door.ready,
    detail: asked[0] ?? '',
    hint: asked.length > 1 ? texts.door.waiting(asked.length - 1) : '',
    event: isLate ? [texts.common.late] : [],
  }
  const { head, detail, hint, event } = verdict && !isJudging ? lines(verdict) : idle
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
      {event.length > 0 && (
        <p className="verdict-event">
          {event.map((part) => (
            <bdi key={part}>{part}</bdi>
          ))}
        </p>
      )}
      {warnings.map((warning) => (
        <p key={warning} className="verdict-warning" dir="auto">
          {warning}
        </p>
      ))}
      {!isJudging && asked[0] !== undefined && (
        <p className="verdict-hint">
          <span>{texts.door.judging}</span> <bdi>{asked[0]}</bdi>
        </p>
      )}
      {verdict?.isRepeat && !isJudging && <p className="verdict-hint">{texts.door.repeated}</p>}
      {verdict?.byList !== undefined && !isJudging && (
        <p className="verdict-hint">{texts.door.byList(format.moment(new Date(verdict.byList).toISOString()))}</p>
      )}
    </div>
  )
}

const instantOf = ({ at }: Verdict): string => new Date(at).toISOString()

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
              <time dateTime={instantOf(verdict)}>{format.clock(instantOf(verdict))}</time>
              <strong>{head}</strong>
              <span dir="auto">{detail}</span>
              {verdict.kind !== 'admitted' && (
                <span>
                  <bdi>{verdict.ticket}</bdi>
                </span>
              )}
              {warnings.map((warning) => (
                <span key={warning} dir="auto">
                  {warning}
                </span>
              ))}
            </li>
          )
        })}
      </ol>
    </section>
  )
}
