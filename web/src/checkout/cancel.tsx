// Letting go of a reservation.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { cancelOrder } from '../api/orders'
import type { Order } from '../api/types'
import { keys } from '../live/cache'
import { useTexts } from '../texts/context'
import { errorText } from '../texts/errors'
import { Button } from '../ui/button'
import { Dialog } from '../ui/dialog'
import { Notice } from '../ui/notice'

export function CancelOrder({ order, userId }: { order: Order; userId: string }) {
  const texts = useTexts()
  const client = useQueryClient()
  const [asking, setAsking] = useState(false)
  const ending = useMutation({
    networkMode: 'always',
    mutationFn: () => cancelOrder(userId, order.id),
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: keys.order(userId, order.id) })
      void client.invalidateQueries({ queryKey: keys.orders(userId) })
    },
    onSuccess: () => setAsking(false),
  })
  return (
    <div className="cancel-order">
      <Button look="quiet" onClick={() => setAsking(true)}>
        {texts.order.cancel}
      </Button>
      {asking && (
        <Dialog title={texts.order.cancelTitle} onClose={() => setAsking(false)}>
          <p>{texts.order.cancelText}</p>
          {ending.isError && (
            <Notice tone="bad" alert>
              <p>{errorText(texts, ending.error)}</p>
            </Notice>
          )}
          <div className="row end">
            <Button onClick={() => setAsking(false)}>{texts.order.keep}</Button>
            <Button look="danger" busy={ending.isPending} onClick={() => ending.mutate()}>
              {ending.isPending ? texts.order.cancelling : texts.order.cancel}
            </Button>
          </div>
        </Dialog>
      )}
    </div>
  )
}
