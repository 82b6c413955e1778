// The status of the door: tickets that were admitted more than once, or are unused although a holder entered; whether it is offline and
// prepared; admissions that wait for their upload, and those that the server refuses.
import type { Pass } from '../api/types'
import { AdmissionConflicts, PassLine } from '../passes/admissions-view'
import { useI18n, useTexts } from '../texts/context'
import { errorText } from '../texts/errors'
import { Notice } from '../ui/notice'
import { useMedia } from '../ui/use-media'
import type { DoorState } from './door'
import type { DoorAdmission } from './rules'

/** The warnings before the next scan; renders nothing without any. On a phone the list of conflicts leaves its room to the verdict. */
export function DoorStatus({ state, passes }: { state: DoorState; passes: readonly Pass[] }) {
  const texts = useTexts()
  const isNarrow = useMedia('(max-width: 47.99rem)')
  const refused = [...state.admissions.values()].filter(({ outcome }) => outcome?.kind === 'refused')
  return (
    <div className="door-status">
      <div role="status" aria-live="polite">
        {isAway(state) && <Away state={state} />}
        {state.isClockSet && <Notice tone="warn" title={texts.door.offline.clockSet} />}
      </div>
      <AdmissionConflicts passes={passes} folded={isNarrow} />
      {state.waitingOfOthers > 0 && <Notice tone="warn" text={texts.door.offline.others(state.waitingOfOthers)} />}
      {refused.length > 0 && <Refused admissions={refused} />}
    </div>
  )
}

/** Whether the server cannot be reached, or does not know every admission yet. */
const isAway = ({ isOffline, waiting }: DoorState): boolean => isOffline || waiting > 0

function Away({ state: { list, isOffline, isUploading, waiting, uploadError } }: { state: DoorState }) {
  const { texts, format } = useI18n()
  const { offline } = texts.door
  if (isOffline && !list) return <Notice tone="bad" title={offline.title} text={offline.unprepared} />
  const title = isOffline ? [offline.title, ...(waiting > 0 ? [offline.toUpload(waiting)] : [])].join(' · ') : isUploading ? offline.uploading(waiting) : offline.toUpload(waiting)
  return (
    <Notice tone="warn" title={title}>
      {isOffline && list && <p>{offline.hint(format.moment(new Date(list.preparedAt).toISOString()))}</p>}
      {!isOffline && uploadError ? <p>{offline.notUploaded(errorText(texts, uploadError))}</p> : null}
    </Notice>
  )
}

/** Whether the door works without a network. */
export function DoorReadiness({ state }: { state: DoorState }) {
  const { texts, format } = useI18n()
  const { offline } = texts.door
  const { unsupported, list, isPageKept } = state
  if (isAway(state)) return null
  const text = unsupported ? offline.cannot[unsupported] : list ? offline.ready(list.passes, format.moment(new Date(list.preparedAt).toISOString())) : offline.preparing
  return (
    <p className="hint door-ready">
      <span>{text}</span> {list && !unsupported && <span>{isPageKept ? offline.pageKept : offline.keepOpen}</span>}
    </p>
  )
}

/** Guests whom this door has admitted and the server refuses. */
function Refused({ admissions }: { admissions: DoorAdmission[] }) {
  const { texts, format } = useI18n()
  const reasons: Record<string, string | undefined> = texts.door.reasons
  return (
    <Notice tone="bad" title={texts.door.offline.refused(admissions.length)} alert>
      <p>{texts.door.offline.refusedHint}</p>
      <ul className="doubles">
        {admissions.map(({ passId, title, seat, at, outcome }) => (
          <li key={passId}>
            <PassLine id={passId} title={title} seat={seat} />
            <p className="meta">
              <time dateTime={at}>{format.instant(at)}</time> <span>{(outcome?.kind === 'refused' ? reasons[outcome.reason] : null) ?? texts.door.refused}</span>
            </p>
          </li>
        ))}
      </ul>
    </Notice>
  )
}
