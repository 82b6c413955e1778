// The payment of an order: started once, followed until its outcome is known, resumed after a reload.
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'

import { pendingAttempt } from '../api/attempts'
import { type Confirm, paymentPurpose, findPayment, pay } from '../api/payments'
import type { Payment } from '../api/types'
import { keys } from '../live/cache'
import { useTexts } from '../texts/context'
import { type Write, useWrite } from '../ui/use-write'
import { stripeKey } from './card'
import { confirmCard } from './stripe'

/** A card token, or null to follow a payment that was started before a reload. */
type CardToken = string | null

export type PaymentMutation = Write<Payment, CardToken>

/**
 * What a payment in progress waits for: its outcome, the outcome of a payment from before a reload, or the confirmation by the card
 * holder.
 */
export type Stage = 'following' | 'resumed' | 'confirming'

/** `open` is whether the order can still be paid. */
export function usePayment(orderId: string, userId: string, open: boolean): PaymentMutation & { stage: Stage } {
  const client = useQueryClient()
  const texts = useTexts()
  const [isConfirming, setConfirming] = useState(false)
  const paying = useWrite({
    changes: keys.order(userId, orderId),
    userId,
    mutationFn: (token: CardToken) => {
      const key = stripeKey()
      const confirm: Confirm | null = key
        ? async (clientSecret) => {
            setConfirming(true)
            await confirmCard(key, clientSecret).finally(() => setConfirming(false))
          }
        : null
      return token === null ? findPayment(userId, orderId, confirm) : pay({ userId, orderId, token }, confirm)
    },
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: keys.order(userId, orderId) })
      void client.invalidateQueries({ queryKey: keys.payments(userId, orderId) })
      void client.invalidateQueries({ queryKey: keys.orders(userId) })
    },
    message: () => ({ text: texts.order.complete, to: `/orders/${orderId}` }),
  })
  const [isUnfinished] = useState(() => pendingAttempt(paymentPurpose(userId, orderId)) !== null)
  const begun = useRef(false)
  const { mutate } = paying
  useEffect(() => {
    if (begun.current || !isUnfinished || !open) return
    begun.current = true
    mutate(null)
  }, [mutate, isUnfinished, open])
  const isResumed = paying.isPending && paying.variables === null
  return { ...paying, stage: isConfirming ? 'confirming' : isResumed ? 'resumed' : 'following' }
}
