// Admissions as the seller sees them: the time and the door of each, and the tickets that were admitted more than once.
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'

import { issuedPasses } from '../api/passes'
import type { Pass, User } from '../api/types'
import { keys } from '../live/cache'
import { useI18n, useTexts } from '../texts/context'
import { Notice } from '../ui/notice'
import { TitleText, UserText } from '../ui/title'
import { admissionsOf, isAdmittedTwice } from './admissions'

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

/** A pass that several doors have admitted. */
export function DoubleAdmission({ pass }: { pass: Pass }) {
  const texts = useTexts()
  return (
    <Notice tone="bad" title={texts.door.doubles(1)} alert>
      <p>{texts.door.doublesHint}</p>
      <Admissions pass={pass} />
    </Notice>
  )
}

/** The passes among these that several doors have admitted; nothing if there are none. */
export function DoubleAdmissions({ passes }: { passes: readonly Pass[] }) {
  const texts = useTexts()
  const doubles = passes.filter(isAdmittedTwice)
  if (doubles.length === 0) return null
  return (
    <Notice tone="bad" title={texts.door.doubles(doubles.length)} alert>
      <p>{texts.door.doublesHint}</p>
      <ul className="doubles">
        {doubles.map((pass) => (
          <li key={pass.id}>
            <p>
              <Link to={`/passes/${encodeURIComponent(pass.id)}`}>
                <TitleText title={pass.title} />
              </Link>
              {pass.seat && <UserText text={pass.seat} />}
            </p>
            <Admissions pass={pass} />
          </li>
        ))}
      </ul>
    </Notice>
  )
}

/** The double admissions of the user's events, beside other things: nothing while they load. */
export function OwnDoubleAdmissions({ user, hasSold }: { user: User; hasSold: boolean }) {
  return <DoubleAdmissions passes={useIssuedPasses(user, hasSold).data ?? []} />
}

/** Whether the holder of a ticket that the user has sold has entered. A resale has issued no pass. */
export function AdmissionsOfTicket({ user, ticketId }: { user: User; ticketId: string }) {
  const texts = useTexts()
  const pass = useIssuedPasses(user).data?.find((one) => one.ticketId === ticketId)
  if (!pass) return null
  if (isAdmittedTwice(pass)) return <DoubleAdmission pass={pass} />
  return (
    <dl className="facts">
      <div>
        <dt>{texts.door.admissions}</dt>
        <dd>{pass.admittedAt ? <Admissions pass={pass} /> : texts.door.notAdmitted}</dd>
      </div>
    </dl>
  )
}
