// Times: relative with the exact time as title, or exact.
import { useI18n } from '../texts/context'
import { useNow } from './use-now'

export function Ago({ at }: { at: string }) {
  const { format } = useI18n()
  const now = useNow(30_000)
  return (
    <time dateTime={at} title={format.moment(at)}>
      {format.ago(at, now)}
    </time>
  )
}

export function Moment({ at }: { at: string }) {
  const { format } = useI18n()
  return <time dateTime={at}>{format.moment(at)}</time>
}
