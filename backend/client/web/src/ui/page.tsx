// The frame of a page: the document title, and the heading, which gets the focus after navigation.
import { type ReactNode, useEffect, useRef } from 'react'

import { useTexts } from '../texts/context'
import type { Elements } from './elements'
import { headingFocus } from './navigation'

interface PageProps {
  /** The document title, and the heading unless `heading` is set. */
  title: string
  heading?: ReactNode
  lead?: ReactNode
  narrow?: boolean
  /** While loading, the heading does not get the focus. */
  loading?: boolean
  children?: Elements
}

export function Page({ title, heading, lead, narrow = false, loading = false, children }: PageProps) {
  const texts = useTexts()
  useEffect(() => {
    document.title = title === texts.brand ? title : `${title} · ${texts.brand}`
  }, [title, texts])
  return (
    <div className={narrow ? 'page narrow' : 'page'}>
      <PageHeading loading={loading}>{heading ?? title}</PageHeading>
      {lead ? <p className="lead">{lead}</p> : null}
      {children}
    </div>
  )
}

function PageHeading({ loading, children }: { loading: boolean; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (!loading && headingFocus.take()) heading.current?.focus({ preventScroll: true })
  }, [loading])
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  )
}
