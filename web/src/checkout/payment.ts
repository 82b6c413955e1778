// The payment of an order: begun once, followed until its outcome is known, taken up again after a reload.
import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'

import { unfinished } from '../api/attempts'
import { PAYING, findPayment, pay } from '../api/payments'
import type { Payment } from '../api/types'
import { keys } from '../live/cache'

/** The token of a card, or nothing to find the payment that was begun before the page was loaded anew. */
export type CardToken = string | null

export type Paying = UseMutationResult<Payment, Error, CardToken>

/** `open` says whether the order can still be paid. */
export function usePayment(orderId: string, userId: string, open: boolean): Paying & { resumed: boolean } {
  const client = useQueryClient()
  const paying = useMutation({
    networkMode: 'always',
    mutationFn: (token: CardToken) => (token === null ? findPayment(userId, orderId) : pay({ userId, orderId, token })),
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
  return { ...paying, resumed: paying.isPending && paying.variables === null }
}
