// The frame of a page: the document title, and the heading, which gets the focus after navigation.
import { type ReactNode, useEffect, useRef } from 'react'

import { useTexts } from '../texts/context'
import type { Elements } from './elements'
import { headingFocus } from './navigation'

interface PageProps {
  /** The document title, and the heading unless `heading` is set. */
  title: string
  /** `null` where the children contain a `PageHeading`. */
  heading?: ReactNode
  lead?: ReactNode
  /** Beside the heading. */
  actions?: Elements
  narrow?: boolean
  /** While loading, the heading does not get the focus. */
  loading?: boolean
  children?: Elements
}

export function Page({ title, heading, lead, actions, narrow = false, loading = false, children }: PageProps) {
  const texts = useTexts()
  useEffect(() => {
    document.title = title === texts.brand ? title : `${title} · ${texts.brand}`
  }, [title, texts])
  return (
    <div className={narrow ? 'page narrow' : 'page'}>
      {heading !== null && (
        <div className="page-head">
          <PageHeading loading={loading}>{heading ?? title}</PageHeading>
          {actions}
        </div>
      )}
      {lead ? <p className="lead">{lead}</p> : null}
      {children}
    </div>
  )
}

export function PageHeading({ loading = false, children }: { loading?: boolean; children: ReactNode }) {
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

/** The loading state of a page: a visible heading with `title`, else one for screen readers only, and a skeleton. */
export function LoadingPage({ title, skeleton }: { title?: string | undefined; skeleton: Elements }) {
  const texts = useTexts()
  if (title) {
    return (
      <Page title={title} narrow loading>
        {skeleton}
      </Page>
    )
  }
  return (
    <Page title={texts.common.loading} heading={null}>
      <div className="hidden">
        <PageHeading loading>{texts.common.loading}</PageHeading>
      </div>
      {skeleton}
    </Page>
  )
}
