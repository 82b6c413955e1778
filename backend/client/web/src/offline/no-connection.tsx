// Shows the age of cached data while the server is unreachable.
import type { ReactElement } from 'react'

import { useI18n } from '../texts/context'
import { Notice } from '../ui/notice'

/** `asOf`: when the server sent it, by its clock, in milliseconds. */
export function NoConnection({ asOf, children }: { asOf: number; children?: ReactElement }) {
  const { texts, format } = useI18n()
  return (
    <div className="no-connection" role="status">
      <Notice tone="warn" title={texts.connection.asOf(format.moment(new Date(asOf).toISOString()))}>
        {children}
      </Notice>
    </div>
  )
}
