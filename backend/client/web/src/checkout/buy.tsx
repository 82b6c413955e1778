// The button that reserves a ticket at the price that is shown.
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useLocation } from 'wouter'

import { createOrder, interruptedReservation } from '../api/orders'
import { ApiError, isCode, isStatus } from '../api/problem'
import { type ShownTicket, keys } from '../live/cache'
import { useI18n } from '../texts/context'
import { Button } from '../ui/button'
import { ErrorNotice } from '../ui/failure'
import { Late } from '../ui/late'
import { Notice } from '../ui/notice'
import { useWrite } from '../ui/use-write'

export function Buy({ ticket, userId }: { ticket: ShownTicket; userId: string }) {
  const { texts, format } = useI18n()
  const client = useQueryClient()
  const [, navigate] = useLocation()
  const order = useWrite({
    changes: keys.ticket(ticket.id),
    userId,
    mutationFn: (price: number) => createOrder(userId, { ...ticket, price }),
    onSuccess: (created) => {
      client.setQueryData(keys.order(userId, created.id), created)
      void client.invalidateQueries({ queryKey: keys.orders(userId) })
    },
    onShow: ({ id }) => navigate(`/orders/${id}`),
    message: ({ id }) => ({ text: texts.order.placed, to: `/orders/${id}` }),
    onError: (error) => {
      if (isCode(error, 'ticket_reserved', 'price_changed') || isStatus(error, 404)) {
        void client.invalidateQueries({ queryKey: keys.ticket(ticket.id) })
      }
    },
  })
  // After a reload during a reservation, the same request returns its outcome.
  const resumed = useRef(false)
  const { mutate } = order
  useEffect(() => {
    const price = resumed.current ? null : interruptedReservation(userId, ticket)
    resumed.current = true
    if (price !== null) mutate(price)
  }, [mutate, userId, ticket])
  // The rejection contains the new price before the cached ticket does.
  const rejectedPrice = order.error instanceof ApiError && order.variables === ticket.price ? order.error.price : null
  const price = rejectedPrice ?? ticket.price
  return (
    <div className="actions">
      {order.isError && <BuyError error={order.error} agreed={order.variables} current={price} />}
      <Button variant="primary" wide busy={order.isPending || order.isSuccess} onClick={() => order.mutate(price)}>
        {order.isPending ? texts.ticket.buying : texts.ticket.buy(format.money(price))}
      </Button>
      <Late busy={order.isPending} hint={texts.ticket.hold} />
    </div>
  )
}

/** `agreed` is the price that the buyer agreed to. */
function BuyError({ error, agreed, current }: { error: Error; agreed: number; current: number }) {
  const { texts, format } = useI18n()
  if (isCode(error, 'price_changed') && agreed !== current) {
    return <Notice tone="warn" title={texts.ticket.priceChanged} alert text={texts.ticket.priceChangedHint(format.money(agreed), format.money(current))} />
  }
  if (!isCode(error, 'ticket_reserved')) return <ErrorNotice error={error} />
  return <Notice tone="bad" alert text={texts.ticket.taken} />
}
