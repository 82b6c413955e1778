// Lists that are loaded as a whole, since they are counted and sorted here: totals, and what comes next.
import { type QueryKey, useInfiniteQuery } from '@tanstack/react-query'
import { useEffect } from 'react'

import type { Page } from '../api/http'
import { useTexts } from '../texts/context'
import { Button } from './button'
import { Failure } from './failure'

/** The number of pages that load without a click. */
const MAX_AUTO_PAGES = 10

/** Requests one page after the other. `items` has what is there so far; `more` is whether older items are not loaded. */
export function useAllPages<T>(queryKey: QueryKey, load: (cursor: string | null, signal: AbortSignal) => Promise<Page<T>>) {
  const found = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => load(pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  })
  const { data, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = found
  const pages = data?.pages.length ?? 0
  const waits = isFetchNextPageError || pages >= MAX_AUTO_PAGES
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && !waits) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, waits, fetchNextPage])
  return { found, items: data?.pages.flatMap((page) => page.items) ?? [], more: hasNextPage, waits }
}

/** The end of such a list: a button where loading stopped. */
export function MorePages({ list: { found, more, waits } }: { list: Pick<ReturnType<typeof useAllPages>, 'found' | 'more' | 'waits'> }) {
  const texts = useTexts()
  if (found.isFetchNextPageError) return <Failure error={found.error} retry={() => void found.fetchNextPage()} />
  if (!more || !waits) return null
  return (
    <div className="more">
      <Button busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
        {texts.common.more}
      </Button>
    </div>
  )
}
