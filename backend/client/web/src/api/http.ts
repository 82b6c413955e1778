// Sends requests to the API, typed by the OpenAPI document. Every request of the application goes through this module.
import { recordServerDate } from './clock'
import { NetworkError, toApiError } from './problem'
import type { paths } from './schema'

type Method = 'get' | 'post' | 'put' | 'delete'
type PathFor<M extends Method> = { [P in keyof paths]: paths[P] extends Record<M, object> ? P : never }[keyof paths]
type JsonOf<R> = R extends { content: { 'application/json': infer T } } ? T : undefined
type Answered<O> = O extends { responses: infer R } ? JsonOf<R[keyof R & (200 | 201 | 202 | 204)]> : never
type Sent<O> = O extends { requestBody: { content: { 'application/json': infer T } } } ? T : never

const INTENDED_USER = 'x-ticketing-user'
/** Requires `user` for routes that read the session. */
type IntendedUser<O> = O extends { parameters: { header?: infer H } }
  ? [NonNullable<H>] extends [never]
    ? { user?: never }
    : typeof INTENDED_USER extends keyof NonNullable<H>
      ? {
          /** The id of the user whom the page shows. The server rejects the request if another user is signed in. */
          user: string | null
        }
      : { user?: never }
  : { user?: never }

export interface Options<B> {
  /** Replaces `{id}` in the path. */
  id?: string
  query?: URLSearchParams
  /** The idempotency key of a write. */
  key?: string
  headers?: Record<string, string>
  body?: B
  signal?: AbortSignal | undefined
  /** How long to wait for the response, in milliseconds. */
  timeout?: number | undefined
}

interface Answer<T> {
  body: T
  headers: Headers
}

/** Longer than any request takes. */
const REQUEST_TIMEOUT = 30_000

/** As `send`, and returns the body of the response. */
export async function request<M extends Method, P extends PathFor<M>>(
  method: M,
  path: P,
  options: Options<Sent<paths[P][M]>> & IntendedUser<paths[P][M]>,
): Promise<Answered<paths[P][M]>> {
  return (await send(method, path, options)).body
}

/** Sends a request and returns the response. Throws `ApiError` or `NetworkError`. */
export async function send<M extends Method, P extends PathFor<M>>(
  method: M,
  path: P,
  options: Options<Sent<paths[P][M]>> & IntendedUser<paths[P][M]>,
): Promise<Answer<Answered<paths[P][M]>>> {
  const { id, query, key, headers, body, signal, user, timeout: limit = REQUEST_TIMEOUT } = options
  const url = path.replace('{id}', encodeURIComponent(id ?? '')) + (query?.size ? `?${query.toString()}` : '')
  const timeout = AbortSignal.timeout(limit)
  const sent = Date.now()
  try {
    const response = await fetch(url, {
      method: method.toUpperCase(),
      headers: {
        accept: 'application/json',
        ...(body && { 'content-type': 'application/json' }),
        ...(user && { [INTENDED_USER]: user }),
        ...(key && { 'idempotency-key': key }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      credentials: 'same-origin',
    })
    recordServerDate(response.headers.get('date'), sent, Date.now())
    if (!response.ok) throw await toApiError(response)
    const text = response.status === 204 ? '' : await response.text()
    const answer = (text ? JSON.parse(text) : undefined) as Answered<paths[P][M]>
    return { body: answer, headers: response.headers }
  } catch (error) {
    if (signal?.aborted) throw error
    // `fetch` throws a TypeError without a connection, and a DOMException after the timeout.
    if (error instanceof TypeError || error instanceof DOMException || error instanceof SyntaxError) {
      throw new NetworkError(error.message, { cause: error })
    }
    throw error
  }
}

/** A page of a list, and the cursor of the next one. */
export interface Page<T> {
  items: T[]
  next: string | null
}

export const pageOf = <T>({ body, headers }: Answer<T[]>): Page<T> => ({ items: body, next: nextCursor(headers) })

/** Requests every page of a list, each as large as the server allows, and returns all items. */
export async function everyItem<T>(load: (query: URLSearchParams) => Promise<Answer<T[]>>): Promise<T[]> {
  const items: T[] = []
  let cursor: string | null = null
  do {
    const page: Page<T> = pageOf(await load(new URLSearchParams({ limit: '500', ...(cursor && { cursor }) })))
    items.push(...page.items)
    cursor = page.next
  } while (cursor)
  return items
}

/** Returns the cursor of the next page from the `Link` header. */
function nextCursor(headers: Headers): string | null {
  const link = /<([^>]*)>\s*;\s*rel="next"/.exec(headers.get('link') ?? '')
  return link?.[1] ? new URL(link[1], 'http://host').searchParams.get('cursor') : null
}
