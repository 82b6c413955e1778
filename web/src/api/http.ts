// One request to the marketplace, typed by its document. Whatever leaves this page for the API goes through here.
import { heardDate } from './clock'
import { Unreachable, problemOf } from './problem'
import type { paths } from './schema'

type Method = 'get' | 'post' | 'put' | 'delete'
type PathFor<M extends Method> = { [P in keyof paths]: paths[P] extends Record<M, object> ? P : never }[keyof paths]
type JsonOf<R> = R extends { content: { 'application/json': infer T } } ? T : undefined
type Answered<O> = O extends { responses: infer R } ? JsonOf<R[keyof R & (200 | 201 | 202 | 204)]> : never
type Sent<O> = O extends { requestBody: { content: { 'application/json': infer T } } } ? T : never

const INTENDED_USER = 'x-ticketing-user'
/** A route that reads the session takes the user that the request is meant for; the compiler asks for it. */
type IntendedUser<O> = O extends { parameters: { header?: infer H } }
  ? [NonNullable<H>] extends [never]
    ? { user?: never }
    : typeof INTENDED_USER extends keyof NonNullable<H>
      ? {
          /** The id of the user that the page shows; the server refuses the request where another one is signed in. */
          user: string | null
        }
      : { user?: never }
  : { user?: never }

export interface Options<B> {
  /** Fills the `{id}` of the path. */
  id?: string
  query?: URLSearchParams
  headers?: Record<string, string>
  body?: B
  signal?: AbortSignal | undefined
}

export interface Answer<T> {
  body: T
  status: number
  headers: Headers
}

/** Longer than the server takes for anything: a payment is answered within ten seconds. */
const PATIENCE = 30_000

/** Sends a request, and gives its answer; throws `ApiError` or `Unreachable`. */
export async function send<M extends Method, P extends PathFor<M>>(
  method: M,
  path: P,
  options: Options<Sent<paths[P][M]>> & IntendedUser<paths[P][M]>,
): Promise<Answer<Answered<paths[P][M]>>> {
  const { id, query, headers, body, signal, user } = options
  const url = path.replace('{id}', encodeURIComponent(id ?? '')) + (query?.size ? `?${query.toString()}` : '')
  const patience = AbortSignal.timeout(PATIENCE)
  const sent = Date.now()
  try {
    const response = await fetch(url, {
      method: method.toUpperCase(),
      headers: {
        accept: 'application/json',
        ...(body && { 'content-type': 'application/json' }),
        ...(user && { [INTENDED_USER]: user }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: signal ? AbortSignal.any([signal, patience]) : patience,
      credentials: 'same-origin',
    })
    heardDate(response.headers.get('date'), sent, Date.now())
    if (!response.ok) throw await problemOf(response)
    const text = response.status === 204 ? '' : await response.text()
    const answer = (text ? JSON.parse(text) : undefined) as Answered<paths[P][M]>
    return { body: answer, status: response.status, headers: response.headers }
  } catch (error) {
    if (signal?.aborted) throw error
    // `fetch` fails with a TypeError where there is no connection, a DOMException after the time that it may take.
    if (error instanceof TypeError || error instanceof DOMException || error instanceof SyntaxError) {
      throw new Unreachable(error.message, { cause: error })
    }
    throw error
  }
}

/** The cursor of the next page, from the `Link` of this one. */
export function nextCursor(headers: Headers): string | null {
  const link = /<([^>]*)>\s*;\s*rel="next"/.exec(headers.get('link') ?? '')
  return link?.[1] ? new URL(link[1], 'http://host').searchParams.get('cursor') : null
}
