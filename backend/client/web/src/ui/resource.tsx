// What a request for one thing, or for a list, shows until it has succeeded.
import type { UseQueryResult } from '@tanstack/react-query'

import { isStatus } from '../api/problem'
import type { Elements } from './elements'
import { FailedPage, Failure, type ListPath } from './failure'
import { LoadingPage } from './page'

interface ResourceProps<T> {
  found: UseQueryResult<T>
  missing: string
  hint: string
  list?: ListPath
  /** The heading of a page that is a form, also while it loads. */
  title?: string
  skeleton: Elements
  /** Whether a thing that was shown is missing once the server no longer finds it. */
  forget?: boolean
  children: (data: T) => Elements
}

/** The page of one thing: the thing, or why it is not shown. */
export function Resource<T>({ found, missing, hint, list = '/', title, skeleton, forget = false, children }: ResourceProps<T>) {
  const { data, error, refetch } = found
  if (error && (data === undefined || (forget && isStatus(error, 404)))) {
    return <FailedPage error={error} retry={() => void refetch()} missing={missing} hint={hint} list={list} />
  }
  return data === undefined ? <LoadingPage title={title} skeleton={skeleton} /> : children(data)
}

/** The place of a list until its first response: a placeholder, or a failure with a button that tries again. */
export function ListState({ found, skeleton }: { found: Pick<UseQueryResult, 'data' | 'error' | 'refetch'>; skeleton: Elements }) {
  if (found.data !== undefined) return null
  return found.error ? <Failure error={found.error} retry={() => void found.refetch()} /> : skeleton
}
