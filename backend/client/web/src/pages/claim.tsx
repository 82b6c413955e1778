// The page to claim a ticket that another user gives away. The code is in the fragment of the link, or typed.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

import { forgetAttempt, pendingAttempt } from '../api/attempts'
import { claimPass, claimPurpose, getPass, heldPasses } from '../api/passes'
import { isCode } from '../api/problem'
import type { User } from '../api/types'
import { keys } from '../live/cache'
import { claimedPass, forgetClaimCode, readClaimCode, rememberClaim, takeClaimCode } from '../passes/claim-code'
import { isHeld, isTakenBack } from '../passes/held'
import { SignedIn } from '../session/guard'
import { useTexts } from '../texts/context'
import { ButtonLink } from '../ui/button'
import { FormSkeleton } from '../ui/draft'
import { Field } from '../ui/field'
import { Form, Submit, useFieldErrors } from '../ui/form'
import { NotSaved, useKept } from '../ui/kept'
import { Notice } from '../ui/notice'
import { Page } from '../ui/page'
import { useWrite } from '../ui/use-write'

export default function Claim() {
  const texts = useTexts()
  // Before the redirect to sign-in, which would lose the fragment.
  const [code, setCode] = useState(takeClaimCode)
  useEffect(() => {
    const take = () => setCode(takeClaimCode())
    window.addEventListener('hashchange', take)
    return () => window.removeEventListener('hashchange', take)
  }, [])
  return (
    <SignedIn title={texts.claim.title} skeleton={<FormSkeleton fields={1} />} narrow>
      {(user) => <ClaimForm key={code} user={user} code={code} />}
    </SignedIn>
  )
}

function ClaimForm({ user, code }: { user: User; code: string }) {
  const texts = useTexts()
  const client = useQueryClient()
  const kept = useKept<string>(user.id, 'claim')
  // The code of a link comes before one that was typed.
  const earlier = code ? null : kept.earlier
  const isUnknown = pendingAttempt<{ claimCode: string }>(claimPurpose(user.id))?.claimCode === readClaimCode(earlier ?? code)
  const [typed, setTyped] = useState(earlier ?? code)
  const claim = useWrite({
    userId: user.id,
    mutationFn: async () => {
      const held = await heldPasses(user.id).catch(() => [])
      const pass = await claimPass(user.id, readClaimCode(typed))
      return { pass, isTakenBack: isTakenBack(pass, held) }
    },
    onSuccess: ({ pass }) => {
      rememberClaim(user.id, readClaimCode(typed), pass.id)
      forgetClaimCode()
      kept.forget()
      client.setQueryData(keys.pass(user.id, pass.id), pass)
      void client.invalidateQueries({ queryKey: keys.passes(user.id) })
    },
    onError: (error) => {
      // The code is worth nothing. What is typed stays on this page only.
      if (!isCode(error, 'claim_invalid')) return
      forgetClaimCode()
      kept.forget()
    },
    message: ({ pass, isTakenBack }) => ({ text: isTakenBack ? texts.claim.takenBack : texts.claim.done, to: `/passes/${pass.id}` }),
    shows: 'next',
  })
  const [claimed] = useState(() => claimedPass(user.id, code))
  const own = useQuery({
    queryKey: keys.pass(user.id, claimed ?? ''),
    queryFn: ({ signal }) => getPass(user.id, claimed ?? '', signal),
    enabled: claimed !== null,
  })
  const isOwn = claim.isIdle && claimed !== null && own.data !== undefined && !own.isError && isHeld(own.data)
  useEffect(() => {
    if (isOwn) forgetClaimCode()
  }, [isOwn])
  const fieldErrors = useFieldErrors(claim.error, ['claimCode'])
  const busy = claim.isPending || claim.isSuccess
  if (isOwn) {
    return (
      <Page title={texts.claim.title} narrow>
        <Notice tone="good" title={texts.claim.done} text={texts.claim.yours} />
        <ButtonLink to={`/passes/${own.data.id}`} variant="primary" wide>
          {texts.order.passLink}
        </ButtonLink>
      </Page>
    )
  }
  return (
    <Page title={texts.claim.title} lead={texts.claim.lead} narrow>
      {(earlier !== null || isUnknown) && claim.isIdle && (
        <NotSaved
          unknown={isUnknown ? texts.claim.unfinished : undefined}
          onDiscard={() => {
            forgetAttempt(claimPurpose(user.id))
            kept.discard()
            setTyped('')
          }}
        />
      )}
      <Form
        label={texts.claim.title}
        error={claim.error}
        fieldErrors={fieldErrors}
        busy={busy}
        onSubmit={() => {
          if (readClaimCode(typed)) claim.mutate()
        }}
      >
        <Field
          label={texts.claim.code}
          hint={texts.claim.hint}
          name="claimCode"
          required
          verbatim
          value={typed}
          error={fieldErrors.of('claimCode')}
          onType={(text) => {
            setTyped(text)
            kept.keep(text)
          }}
        />
        <Submit busy={busy} label={texts.claim.submit} busyLabel={texts.claim.submitting} />
      </Form>
    </Page>
  )
}
