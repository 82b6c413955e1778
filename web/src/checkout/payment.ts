// The payment of an order: begun once, followed until its outcome is known, taken up again after a reload.
import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'

import { unfinished } from '../api/attempts'
import { PAYING, type Purchase, isOfOrder, pay } from '../api/payments'
import type { Payment } from '../api/types'
import { keys } from '../live/cache'

export type Paying = UseMutationResult<Payment, Error, string>

/** `pay` takes the token of a card. `open` says whether the order can still be paid. */
export function usePayment(orderId: string, userId: string, open: boolean): Paying & { resumed: boolean } {
  const client = useQueryClient()
  const paying = useMutation({
    networkMode: 'always',
    mutationFn: (token: string) => pay({ orderId, token }),
    onSettled: async (payment, error) => {
      // What a card could not do changes nothing; everything else may have changed the order.
      if (payment || isOfOrder(error)) await client.invalidateQueries({ queryKey: keys.order(orderId) })
      void client.invalidateQueries({ queryKey: keys.payments(orderId) })
      void client.invalidateQueries({ queryKey: keys.orders(userId) })
    },
  })
  const [left] = useState(() => unfinished<Purchase>(PAYING(orderId))?.token)
  const begun = useRef(false)
  const { mutate } = paying
  useEffect(() => {
    if (begun.current || !left || !open) return
    begun.current = true
    mutate(left)
  }, [mutate, left, open])
  return { ...paying, resumed: paying.isPending && left !== undefined && paying.variables === left }
}
