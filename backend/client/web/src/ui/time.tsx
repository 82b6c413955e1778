// Times: relative with the exact time as title, or exact.
import { useI18n } from '../texts/context'
import { useNow } from './use-now'

/** When a ticket was listed, as a sentence, so that it is not taken for the time of its event. */
export function Listed({ at }: { at: string }) {
  const { texts, format } = useI18n()
  return <Since at={at} sentence={(when) => (when ? texts.market.listed(when) : texts.market.justListed)} title={format.moment(at)} />
}

/** When an order was placed, as a sentence. */
export function Ordered({ at }: { at: string }) {
  const { texts, format } = useI18n()
  return <Since at={at} sentence={(when) => (when ? texts.orders.ordered(when) : texts.orders.justOrdered)} title={format.moment(at)} />
}

function Since({ at, sentence, title }: { at: string; sentence: (when: string | null) => string; title: string }) {
  const { format } = useI18n()
  const now = useNow(30_000)
  return (
    <time dateTime={at} title={title}>
      {sentence(format.ago(at, now))}
    </time>
  )
}

export function Moment({ at }: { at: string }) {
  const { format } = useI18n()
  return <time dateTime={at}>{format.moment(at)}</time>
}
