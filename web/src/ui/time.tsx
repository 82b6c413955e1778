// A moment in words, with the exact one behind it.
import { useSpeech } from '../texts/context'
import { useNow } from './now'

export function Ago({ at }: { at: string }) {
  const { format } = useSpeech()
  const now = useNow(30_000)
  return (
    <time dateTime={at} title={format.moment(at)}>
      {format.ago(at, now)}
    </time>
  )
}

export function Moment({ at }: { at: string }) {
  const { format } = useSpeech()
  return <time dateTime={at}>{format.moment(at)}</time>
}
