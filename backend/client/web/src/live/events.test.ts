import { expect, it } from 'vitest'

import { type ServerEvent, decode } from './events'

const STREAM =
  ': heartbeat\n\nid: 1\n\nevent: ticket:created\nid: 2\ndata: {"title":"Zürich 🎫"}\n\n' +
  'data: a\r\ndata:b\r\rdata\nretry: 5\nunknown: x\n\nevent: cut off\ndata: never'

async function read(chunks: Uint8Array[]): Promise<(ServerEvent | null)[]> {
  const found: (ServerEvent | null)[] = []
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
  for await (const event of decode(stream)) found.push(event)
  return found
}

it('decodes events for every split into chunks', async () => {
  const bytes = new TextEncoder().encode(STREAM)
  const expected = [
    null,
    { name: 'message', data: '', id: '1' },
    { name: 'ticket:created', data: '{"title":"Zürich 🎫"}', id: '2' },
    { name: 'message', data: 'a\nb', id: '2' },
    { name: 'message', data: '', id: '2' },
  ]
  for (const size of [1, 2, 3, 7, bytes.length]) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.slice(index * size, (index + 1) * size))
    expect(await read(chunks), `in chunks of ${size}`).toEqual(expected)
  }
})
