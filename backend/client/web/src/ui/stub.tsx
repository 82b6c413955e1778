// The shape of a ticket: a body, a perforation and a stub.
import type { ReactNode } from 'react'

export function Stub({ large = false, muted = false, foot, children }: { large?: boolean; muted?: boolean; foot: ReactNode; children: ReactNode }) {
  return (
    <div className={`stub${large ? ' large' : ''}${muted ? ' muted' : ''}`}>
      <div className="stub-body">{children}</div>
      <div className="stub-tear" aria-hidden="true" />
      <div className="stub-foot">{foot}</div>
    </div>
  )
}
