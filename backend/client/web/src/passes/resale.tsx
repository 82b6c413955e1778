// Selling a pass on, at most at its limit, and withdrawing the listing.
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

import { resellPass, withdrawResale } from '../api/passes'
import type { Pass } from '../api/types'
import { keys, passSince } from '../live/cache'
import { useI18n } from '../texts/context'
import { Button, ButtonLink } from '../ui/button'
import { ErrorNotice } from '../ui/failure'
import { PriceField } from '../ui/field'
import { Form, Submit, useFieldErrors } from '../ui/form'
import { NotSaved, useKept } from '../ui/kept'
import { Late } from '../ui/late'
import { useIsWriting, useWrite } from '../ui/use-write'

export function Resale({ pass, userId }: { pass: Pass; userId: string }) {
  const client = useQueryClient()
  const refresh = () => {
    void client.invalidateQueries({ queryKey: keys.tickets })
    void client.invalidateQueries({ queryKey: keys.passes(userId) })
    return client.invalidateQueries({ queryKey: keys.pass(userId, pass.id) })
  }
  if (pass.status === 'offered') return <Offered pass={pass} userId={userId} refresh={refresh} />
  return <Offer pass={pass} userId={userId} refresh={refresh} />
}

const formOf = ({ id }: Pass): string => `resale:${id}`

interface ResaleProps {
  pass: Pass
  userId: string
  refresh: () => Promise<void>
}

function Offer({ pass, userId, refresh }: ResaleProps) {
  const { texts, format } = useI18n()
  const client = useQueryClient()
  const limit = pass.resaleLimit ?? null
  const highest = limit === null ? '' : String(limit)
  const kept = useKept<string>(userId, formOf(pass))
  const [price, setPrice] = useState(kept.earlier ?? highest)
  const offering = useWrite({
    changes: keys.pass(userId, pass.id),
    userId,
    mutationFn: async () => {
      await resellPass(userId, pass, price)
      return pass
    },
    onSuccess: kept.forget,
    onSettled: refresh,
    message: (before) => ((passSince(client, userId, before)?.status ?? 'offered') !== 'offered' ? null : { text: texts.resale.done, to: `/passes/${pass.id}` }),
    shows: 'message',
  })
  const isHeld = useIsWriting(keys.pass(userId, pass.id)) && !offering.isPending
  const fieldErrors = useFieldErrors(offering.error, ['price'])
  return (
    <details className="actions" open={kept.earlier !== null}>
      <summary>{texts.resale.title}</summary>
      {kept.earlier !== null && (
        <NotSaved
          onDiscard={() => {
            kept.discard()
            setPrice(highest)
          }}
        />
      )}
      <Form label={texts.resale.title} error={offering.error} fieldErrors={fieldErrors} busy={offering.isPending || isHeld} onSubmit={() => offering.mutate()}>
        <PriceField
          hint={limit === null ? texts.resale.hint : texts.resale.limit(format.money(limit))}
          value={price}
          error={fieldErrors.of('price')}
          onType={(text) => {
            setPrice(text)
            kept.keep(text)
          }}
        />
        <Submit busy={offering.isPending} held={isHeld} label={texts.resale.submit} busyLabel={texts.sell.submitting} />
      </Form>
    </details>
  )
}

function Offered({ pass, userId, refresh }: ResaleProps) {
  const { texts } = useI18n()
  const { listingId } = pass
  const withdrawal = useWrite({
    changes: keys.pass(userId, pass.id),
    userId,
    mutationFn: (listingId: string) => withdrawResale(userId, pass.id, listingId),
    onSettled: refresh,
    message: ({ status }) => ({ text: status === 'offered' ? texts.resale.ordered : texts.resale.withdrawn, to: `/passes/${pass.id}` }),
    shows: 'message',
  })
  const isWriting = useIsWriting(keys.pass(userId, pass.id))
  const typed = useKept<string>(userId, formOf(pass))
  // The price was listed, although the response to it may have been lost.
  useEffect(() => typed.forget())
  if (!listingId) return null
  return (
    <div className="actions">
      <ErrorNotice error={withdrawal.error} />
      <div className="row">
        <ButtonLink to={`/tickets/${listingId}`}>{texts.resale.listing}</ButtonLink>
        <Button variant="danger" busy={withdrawal.isPending} disabled={isWriting && !withdrawal.isPending} onClick={() => withdrawal.mutate(listingId)}>
          {withdrawal.isPending ? texts.ticket.withdrawing : texts.resale.withdraw}
        </Button>
      </div>
      <Late busy={isWriting} />
    </div>
  )
}
