// What a request for one thing, or for a list, shows until it has succeeded.
import type { UseQueryResult } from '@tanstack/react-query'

import { isStatus } from '../api/problem'
import { useTexts } from '../texts/context'
import { ButtonLink } from './button'
import type { Elements } from './elements'
import { Failure } from './failure'
import { LoadingPage, Page } from './page'

interface ResourceProps<T> {
  found: UseQueryResult<T>
  missing: string
  hint: string
  /** Where the user finds others. */
  list?: '/' | '/orders' | '/passes'
  /** The heading of a page that is a form, also while it loads. */
  title?: string
  skeleton: Elements
  /** Whether a thing that was shown is missing once the server no longer finds it. */
  forget?: boolean
  children: (data: T) => Elements
}

/** The page of one thing: the thing, or why it is not shown. */
export function Resource<T>({ found, missing, hint, list = '/', title, skeleton, forget = false, children }: ResourceProps<T>) {
  const texts = useTexts()
  const { data, error, refetch } = found
  if (!error || (data !== undefined && !(forget && isStatus(error, 404)))) {
    return data === undefined ? <LoadingPage title={title} skeleton={skeleton} /> : children(data)
  }
  // The resource of another user responds with 401. It is shown as missing.
  if (!isStatus(error, 404) && !isStatus(error, 401)) {
    return (
      <Page title={texts.broken.title} narrow>
        <Failure error={error} retry={() => void refetch()} />
      </Page>
    )
  }
  return (
    <Page title={missing} lead={hint} narrow>
      <ButtonLink to={list} variant="primary">
        {{ '/': texts.common.toMarket, '/orders': texts.common.toOrders, '/passes': texts.common.toPasses }[list]}
      </ButtonLink>
    </Page>
  )
}

/** The place of a list until its first response: a placeholder, or a failure with a button that tries again. */
export function ListState({ found, skeleton }: { found: Pick<UseQueryResult, 'data' | 'error' | 'refetch'>; skeleton: Elements }) {
  if (found.data !== undefined) return null
  return found.error ? <Failure error={found.error} retry={() => void found.refetch()} /> : skeleton
}
