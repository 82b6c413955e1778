// Admissions as the seller sees them: the time and the door of each, and the tickets that were admitted more than once, or are not used.
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'

import { issuedPasses } from '../api/passes'
import type { Pass, User } from '../api/types'
import { keys } from '../live/cache'
import { useI18n, useTexts } from '../texts/context'
import { Notice } from '../ui/notice'
import { TitleText, UserText } from '../ui/title'
import { admissionsOf, hasEnteredUnused, isAdmittedTwice } from './admissions'

/** Other doors admit as well: the passes are requested again after this time in milliseconds, for each page of the server. */
const REFRESH = 15_000
const PAGE = 500

/** Requests the passes of the user's events. */
export function useIssuedPasses(user: User, enabled = true) {
  return useQuery({
    queryKey: keys.door(user.id),
    queryFn: ({ signal }) => issuedPasses(user.id, signal),
    // So a long list takes as few requests a minute as a short one. Own scans are counted at once.
    refetchInterval: ({ state }) => REFRESH * Math.max(1, Math.ceil((state.data?.length ?? 0) / PAGE)),
    enabled,
  })
}

/** The time and the door of each admission of a pass. */
export function Admissions({ pass }: { pass: Pass }) {
  const { texts, format } = useI18n()
  return (
    <ol className="admissions" aria-label={texts.door.admissions}>
      {admissionsOf(pass).map(({ admittedAt, device }) => (
        <li key={`${admittedAt} ${device ?? ''}`}>
          <time dateTime={admittedAt}>{format.instant(admittedAt)}</time>
          <strong>{device ? <UserText text={device} /> : texts.door.unnamed}</strong>
        </li>
      ))}
    </ol>
  )
}

/** Shows the holder of a pass when others have entered with it. Renders nothing if there are none. */
export function OtherAdmissions({ pass }: { pass: Pass }) {
  const { texts, format } = useI18n()
  const others = pass.doubleAdmissions ?? []
  if (others.length === 0) return null
  return (
    <Notice tone="warn" title={pass.status === 'used' ? texts.pass.enteredTwice : texts.pass.entered}>
      {pass.status === 'valid' && <p>{texts.pass.enteredHint}</p>}
      <ul className="admissions">
        {others.map(({ admittedAt }) => (
          <li key={admittedAt}>
            <time dateTime={admittedAt}>{format.instant(admittedAt)}</time>
          </li>
        ))}
      </ul>
    </Notice>
  )
}

/** The title of a ticket, with a link to its pass, and the seat. */
export const PassLine = ({ id, title, seat }: Pick<Pass, 'id' | 'title' | 'seat'>) => (
  <p>
    <Link to={`/passes/${encodeURIComponent(id)}`}>
      <TitleText title={title} />
    </Link>
    {seat && <UserText text={seat} />}
  </p>
)

/** What a door without a network did not know of a pass: another admission, an offer or a new holder; nothing if all is well. */
export function AdmissionConflict({ pass }: { pass: Pass }) {
  const texts = useTexts()
  const [title, hint] = hasEnteredUnused(pass) ? [texts.door.entered(1), texts.door.enteredHint] : [texts.pass.enteredTwice, texts.door.doublesHint]
  if (!hasEnteredUnused(pass) && !isAdmittedTwice(pass)) return null
  return (
    <Notice tone="bad" title={title} alert>
      <p>{hint}</p>
      <Admissions pass={pass} />
    </Notice>
  )
}

/**
 * The passes among these that several doors have admitted, and those that are not used although one has; nothing if there are none.
 * `folded` shows them on request.
 */
export function AdmissionConflicts({ passes, folded = false }: { passes: readonly Pass[]; folded?: boolean }) {
  const { door } = useTexts()
  return (
    <>
      <ConflictList passes={passes.filter(isAdmittedTwice)} title={door.doubles} hint={door.doublesHint} folded={folded} />
      <ConflictList passes={passes.filter(hasEnteredUnused)} title={door.entered} hint={door.enteredHint} folded={folded} />
    </>
  )
}

interface ConflictListProps {
  passes: readonly Pass[]
  title: (count: number) => string
  hint: string
  folded: boolean
}

function ConflictList({ passes, title, hint, folded }: ConflictListProps) {
  if (passes.length === 0) return null
  const list = (
    <>
      <p>{hint}</p>
      <ul className="doubles">
        {passes.map((pass) => (
          <li key={pass.id}>
            <PassLine {...pass} />
            <Admissions pass={pass} />
          </li>
        ))}
      </ul>
    </>
  )
  if (!folded) {
    return (
      <Notice tone="bad" title={title(passes.length)} alert>
        {list}
      </Notice>
    )
  }
  return (
    <Notice tone="bad" alert>
      <details className="folded">
        <summary className="notice-title">{title(passes.length)}</summary>
        {list}
      </details>
    </Notice>
  )
}

/** The conflicts of the user's events, beside other things: nothing while they load. */
export function OwnAdmissionConflicts({ user, hasSold }: { user: User; hasSold: boolean }) {
  return <AdmissionConflicts passes={useIssuedPasses(user, hasSold).data ?? []} />
}

/** Whether the holder of a ticket that the user has sold has entered. A resale has issued no pass. */
export function AdmissionsOfTicket({ user, ticketId }: { user: User; ticketId: string }) {
  const texts = useTexts()
  const pass = useIssuedPasses(user).data?.find((one) => one.ticketId === ticketId)
  if (!pass) return null
  if (isAdmittedTwice(pass) || hasEnteredUnused(pass)) return <AdmissionConflict pass={pass} />
  return (
    <dl className="facts">
      <div>
        <dt>{texts.door.admissions}</dt>
        <dd>{pass.admittedAt ? <Admissions pass={pass} /> : texts.door.notAdmitted}</dd>
      </div>
    </dl>
  )
}
