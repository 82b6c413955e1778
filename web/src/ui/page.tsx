// The frame of every page: its name, in the tab and in its heading, which takes the focus when one comes here.
import { type ReactNode, useEffect, useRef } from 'react'

import { useTexts } from '../texts/context'
import type { Elements } from './elements'
import { arrival } from './travel'

interface PageProps {
  /** The name in the tab, and the heading unless there is another. */
  title: string
  heading?: ReactNode
  lead?: ReactNode
  narrow?: boolean
  /** While it is, the heading is not there to be read yet, and does not take the focus. */
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
    if (!loading && arrival.take()) heading.current?.focus({ preventScroll: true })
  }, [loading])
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  )
}
