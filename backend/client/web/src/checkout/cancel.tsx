// The button that cancels an order, with its confirmation.
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { cancelOrder } from '../api/orders'
import type { Order } from '../api/types'
import { keys } from '../live/cache'
import { useTexts } from '../texts/context'
import { Button } from '../ui/button'
import { Confirm } from '../ui/confirm'
import { useIsWriting, useWrite } from '../ui/use-write'

export function CancelOrder({ order, userId }: { order: Order; userId: string }) {
  const texts = useTexts()
  const client = useQueryClient()
  const [isDialogOpen, setDialogOpen] = useState(false)
  const cancellation = useWrite({
    changes: keys.order(userId, order.id),
    userId,
    mutationFn: () => cancelOrder(userId, order.id),
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: keys.order(userId, order.id) })
      void client.invalidateQueries({ queryKey: keys.orders(userId) })
    },
    onShow: () => setDialogOpen(false),
    message: () => ({ text: texts.order.cancelled, to: `/orders/${order.id}` }),
  })
  const isWriting = useIsWriting(keys.order(userId, order.id))
  return (
    <div className="cancel-order">
      <Button variant="quiet" busy={cancellation.isPending} disabled={isWriting && !cancellation.isPending} onClick={() => setDialogOpen(true)}>
        {cancellation.isPending ? texts.order.cancelling : texts.order.cancel}
      </Button>
      {isDialogOpen && (
        <Confirm
          title={texts.order.cancelTitle}
          error={cancellation.error}
          busy={cancellation.isPending}
          keep={texts.order.keep}
          confirm={texts.order.cancel}
          confirming={texts.order.cancelling}
          onClose={() => setDialogOpen(false)}
          onConfirm={() => cancellation.mutate()}
        >
          <p>{texts.order.cancelText}</p>
        </Confirm>
      )}
    </div>
  )
}
