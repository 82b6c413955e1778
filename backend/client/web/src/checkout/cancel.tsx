// The button that cancels an order, with its confirmation.
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
  const [isDialogOpen, setDialogOpen] = useState(false)
  const cancellation = useMutation({
    networkMode: 'always',
    mutationFn: () => cancelOrder(userId, order.id),
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: keys.order(userId, order.id) })
      void client.invalidateQueries({ queryKey: keys.orders(userId) })
    },
    onSuccess: () => setDialogOpen(false),
  })
  return (
    <div className="cancel-order">
      <Button variant="quiet" onClick={() => setDialogOpen(true)}>
        {texts.order.cancel}
      </Button>
      {isDialogOpen && (
        <Dialog title={texts.order.cancelTitle} onClose={() => setDialogOpen(false)}>
          <p>{texts.order.cancelText}</p>
          {cancellation.isError && (
            <Notice tone="bad" alert>
              <p>{errorText(texts, cancellation.error)}</p>
            </Notice>
          )}
          <div className="row end">
            <Button onClick={() => setDialogOpen(false)}>{texts.order.keep}</Button>
            <Button variant="danger" busy={cancellation.isPending} onClick={() => cancellation.mutate()}>
              {cancellation.isPending ? texts.order.cancelling : texts.order.cancel}
            </Button>
          </div>
        </Dialog>
      )}
    </div>
  )
}
