// The payment of an order: begun once, followed until its outcome is known, taken up again after a reload.
import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'

import { unfinished } from '../api/attempts'
import { type Confirm, PAYING, findPayment, pay } from '../api/payments'
import type { Payment } from '../api/types'
import { keys } from '../live/cache'
import { stripeKey } from './card'
import { confirmCard } from './stripe'

/** The token of a card, or nothing to find the payment that was begun before the page was loaded anew. */
export type CardToken = string | null

export type Paying = UseMutationResult<Payment, Error, CardToken>

/** What a payment under way waits for: an outcome, that of a payment from before a reload, or the owner of the card. */
export type Stage = 'following' | 'resumed' | 'confirming'

/** `open` says whether the order can still be paid. */
export function usePayment(orderId: string, userId: string, open: boolean): Paying & { stage: Stage } {
  const client = useQueryClient()
  const [isConfirming, setConfirming] = useState(false)
  const paying = useMutation({
    networkMode: 'always',
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
  })
  const [isUnfinished] = useState(() => unfinished(PAYING(userId, orderId)) !== null)
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
