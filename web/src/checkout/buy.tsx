// Reserving a ticket at the price that is shown.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useLocation } from 'wouter'

import { unfinished } from '../api/attempts'
import { RESERVING, createOrder } from '../api/orders'
import { ApiError, isCode, isStatus } from '../api/problem'
import type { Ticket } from '../api/types'
import { type ShownTicket, keys } from '../live/cache'
import { useIsShown } from '../session/context'
import { useSpeech } from '../texts/context'
import { errorText } from '../texts/errors'
import { Button } from '../ui/button'
import { Notice } from '../ui/notice'

export function Buy({ ticket, userId }: { ticket: ShownTicket; userId: string }) {
  const { texts, format } = useSpeech()
  const client = useQueryClient()
  const [, navigate] = useLocation()
  const isShown = useIsShown(userId)
  const order = useMutation({
    networkMode: 'always',
    mutationFn: (price: number) => createOrder(userId, { id: ticket.id, price }),
    onSuccess: (made) => {
      client.setQueryData(keys.order(userId, made.id), made)
      void client.invalidateQueries({ queryKey: keys.orders(userId) })
      if (isShown()) navigate(`/orders/${made.id}`)
    },
    onError: (error) => {
      if (isCode(error, 'ticket_reserved', 'price_changed') || isStatus(error, 404)) {
        void client.invalidateQueries({ queryKey: keys.ticket(ticket.id) })
      }
    },
  })
  // After a reload in the middle of reserving, the same request finds out what became of it.
  const resumed = useRef(false)
  const { mutate } = order
  useEffect(() => {
    const left = unfinished<Pick<Ticket, 'price'>>(RESERVING(userId, ticket.id))
    if (resumed.current || !left) return
    resumed.current = true
    mutate(left.price)
  }, [mutate, userId, ticket.id])
  // Until the ticket itself tells its new price, the refusal does.
  const named = order.error instanceof ApiError && order.variables === ticket.price ? order.error.price : null
  const price = named ?? ticket.price
  return (
    <div className="deeds">
      {order.isError && <BuyError error={order.error} seen={order.variables} now={price} />}
      <Button look="primary" wide busy={order.isPending || order.isSuccess} onClick={() => order.mutate(price)}>
        {order.isPending ? texts.ticket.buying : texts.ticket.buy(format.money(price))}
      </Button>
      <p className="hint">{texts.ticket.hold}</p>
    </div>
  )
}

/** `seen` is the price that was agreed to. */
function BuyError({ error, seen, now }: { error: Error; seen: number; now: number }) {
  const { texts, format } = useSpeech()
  if (isCode(error, 'price_changed') && seen !== now) {
    return (
      <Notice tone="warn" title={texts.ticket.priceChanged} alert>
        <p>{texts.ticket.priceChangedHint(format.money(seen), format.money(now))}</p>
      </Notice>
    )
  }
  return (
    <Notice tone="bad" alert>
      <p>{isCode(error, 'ticket_reserved') ? texts.ticket.taken : errorText(texts, error)}</p>
    </Notice>
  )
}
