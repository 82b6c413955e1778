// Decodes server-sent events from a stream of bytes.

export interface ServerEvent {
  name: string
  data: string
  /** The last event id of the stream, from this event or an earlier one. */
  id: string
}

/** Yields the events of a stream. A comment (a heartbeat) is yielded as `null`, so that the reader can reset its timeout. */
export async function* decode(stream: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent | null> {
  const reader = stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader()
  let buffer = ''
  let event = { name: '', data: [] as string[], id: '', hasFields: false }
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      buffer += value
      // A carriage return at the end may be the first half of CRLF.
      const lines = buffer.split(/\r\n|\n|\r(?!$)/)
      buffer = lines.pop() ?? ''
      for (const line of lines) {
        if (line === '') {
          if (event.hasFields) yield { name: event.name || 'message', data: event.data.join('\n'), id: event.id }
          event = { name: '', data: [], id: event.id, hasFields: false }
        } else if (line.startsWith(':')) {
          yield null
        } else {
          event.hasFields = true
          field(event, line)
        }
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

function field(event: { name: string; data: string[]; id: string }, line: string): void {
  const colon = line.indexOf(':')
  const name = colon < 0 ? line : line.slice(0, colon)
  const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
  if (name === 'event') event.name = value
  else if (name === 'data') event.data.push(value)
  else if (name === 'id' && !value.includes('\0')) event.id = value
}
