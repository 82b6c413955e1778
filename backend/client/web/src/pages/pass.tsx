// The page of a ticket that the user holds: its code, and what can be done with it.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useParams } from 'wouter'

import { skew } from '../api/clock'
import { calendarPath, getPass } from '../api/passes'
import type { Pass, User } from '../api/types'
import { keys } from '../live/cache'
import { isStatus } from '../api/problem'
import { NoConnection } from '../offline/no-connection'
import { keepPage } from '../offline/page-cache'
import { keptPass, userOfPasses } from '../offline/passes'
import { useIsAway } from '../offline/use-away'
import { canResell, hasEnteredUnused, isAdmittedTwice } from '../passes/admissions'
import { AdmissionConflict, Admissions, OtherAdmissions } from '../passes/admissions-view'
import { Code } from '../passes/code'
import { Resale } from '../passes/resale'
import { isHeld } from '../passes/held'
import { Transfer } from '../passes/transfer'
import { SignedIn } from '../session/guard'
import { useTexts } from '../texts/context'
import { Button } from '../ui/button'
import { Description, WholeTitle } from '../ui/details'
import { Notice } from '../ui/notice'
import { Page } from '../ui/page'
import { Panel } from '../ui/panel'
import { Resource } from '../ui/resource'
import { PassBadge } from '../ui/status'
import { SplitSkeleton, Stub } from '../ui/stub'
import { Moment } from '../ui/time'
import { useTitleText } from '../ui/title'
import { useHeld } from '../ui/use-write'

/** While a pass may change at the door or by its next holder, it is requested again after this time, in milliseconds. */
const POLL_INTERVAL = 4000

export default function PassPage() {
  const texts = useTexts()
  const { id = '' } = useParams<{ id: string }>()
  return (
    <SignedIn title={texts.passes.title} skeleton={<SplitSkeleton />} userOfKept={userOfPasses} bare>
      {(user) => <PassDetails key={id} id={id} user={user} />}
    </SignedIn>
  )
}

function PassDetails({ id, user }: { id: string; user: User }) {
  const texts = useTexts()
  const found = useQuery({
    queryKey: keys.pass(user.id, id),
    queryFn: ({ signal }) => getPass(user.id, id, signal),
    refetchInterval: ({ state: { data, error } }) =>
      !isStatus(error, 404) && (data?.status === 'valid' || data?.status === 'offered') ? POLL_INTERVAL : false,
  })
  const [kept] = useState(() => keptPass(user.id, id))
  const isAway = useIsAway(found, kept !== null)
  if (found.data === undefined && isAway && kept) return <PassView pass={kept.pass} user={user} asOf={kept.at} isKept />
  // A pass that was given away or sold is not found any more, although it was shown before.
  const { missing, missingHint } = found.data?.transferExpiresAt ? texts.pass.claimed : found.data?.status === 'offered' ? texts.pass.sold : texts.pass
  return (
    <Resource found={found} missing={missing} hint={missingHint} list="/passes" skeleton={<SplitSkeleton />} forget>
      {(pass) => <PassView pass={pass} user={user} asOf={isAway ? found.dataUpdatedAt + skew() : null} />}
    </Resource>
  )
}

interface PassViewProps {
  pass: Pass
  user: User
  /** When the server sent the pass, in milliseconds, if it does not answer now. */
  asOf: number | null
  /** Whether the pass is one that this browser has kept. Only the server can do anything with it. */
  isKept?: boolean
}

function PassView({ pass: latest, user, asOf, isKept = false }: PassViewProps) {
  const pass = useHeld(keys.pass(user.id, latest.id), latest)
  const texts = useTexts()
  const titleText = useTitleText()
  const isHolder = isHeld(pass)
  return (
    <Page title={titleText(pass.title)} heading={null}>
      <div className="split">
        <Stub
          title={pass.title}
          details={pass}
          muted={pass.status === 'used' || pass.status === 'void'}
          code={pass.code ? <Code code={pass.code} /> : undefined}
          foot={<PassBadge pass={pass} />}
        />
        <Panel label={texts.pass.actions}>
          {asOf !== null && (
            <NoConnection asOf={asOf}>
              <p>{texts.pass.away}</p>
            </NoConnection>
          )}
          {pass.issuerId !== user.id && <OtherAdmissions pass={pass} />}
          <PassState pass={pass} isHolder={isHolder} isIssuer={pass.issuerId === user.id} />
          {isHolder && pass.status === 'valid' && <Keep pass={pass} isKept={isKept} />}
          {isHolder && !isKept && pass.status === 'valid' && <Transfer key={pass.serial} pass={pass} userId={user.id} />}
          {isHolder && !isKept && (canResell(pass) || pass.status === 'offered') && <Resale pass={pass} userId={user.id} />}
          {Boolean(pass.code) && <WholeTitle title={pass.title} />}
          <Description details={pass} />
        </Panel>
      </div>
    </Page>
  )
}

function PassState({ pass, isHolder, isIssuer }: { pass: Pass; isHolder: boolean; isIssuer: boolean }) {
  const texts = useTexts()
  if (isIssuer && (isAdmittedTwice(pass) || hasEnteredUnused(pass))) return <AdmissionConflict pass={pass} />
  if (pass.status === 'valid') return <p>{isHolder ? texts.pass.show : texts.door.notAdmitted}</p>
  if (pass.status === 'offered') return <Notice tone="warn" title={texts.pass.offered} text={isHolder ? texts.pass.offeredHint : texts.pass.offeredByHolder} />
  if (pass.status === 'void') return <Notice tone="bad" text={texts.pass.void} />
  return (
    <Notice title={texts.pass.used}>
      {isIssuer ? (
        <Admissions pass={pass} />
      ) : (
        <p>
          <Moment at={pass.admittedAt ?? ''} />
        </p>
      )}
    </Notice>
  )
}

/** Offers to print a pass, to save its event, and to keep it in this browser. */
function Keep({ pass, isKept }: { pass: Pass; isKept: boolean }) {
  const texts = useTexts()
  const [isPageKept, setPageKept] = useState(false)
  useEffect(() => {
    void keepPage('/passes').then(setPageKept)
  }, [])
  return (
    <div className="actions">
      <div className="row">
        <Button onClick={() => print()}>{texts.pass.print}</Button>
        {Boolean(pass.startsAt) && !isKept && (
          <a className="button plain" href={calendarPath(pass.id)} download>
            {texts.pass.calendar}
          </a>
        )}
      </div>
      {isPageKept && !isKept && <p className="hint">{texts.pass.kept}</p>}
    </div>
  )
}
