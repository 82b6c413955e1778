// Buttons. A busy button keeps its place and focus, and ignores clicks. A double click is one click: the second one would hit
// what the first one opened, such as the next step or a question.
import type { ComponentProps } from 'react'
import { Link } from 'wouter'

type Variant = 'primary' | 'plain' | 'danger' | 'quiet'

type ButtonProps = Omit<ComponentProps<'button'>, 'className' | 'children'> & { variant?: Variant; busy?: boolean; wide?: boolean; children: string }

export function Button({ variant = 'plain', busy = false, wide = false, type = 'button', onClick, children, ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      className={`button ${variant}${wide ? ' wide' : ''}`}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={(event) => {
        if (busy || event.detail > 1) event.preventDefault()
        else onClick?.(event)
      }}
    >
      {busy && <span className="spinner" aria-hidden="true" />}
      <span>{children}</span>
    </button>
  )
}

interface ButtonLinkProps {
  to: string
  variant?: Variant
  wide?: boolean
  onClick?: () => void
  children: string
}

export function ButtonLink({ to, variant = 'plain', wide = false, onClick, children }: ButtonLinkProps) {
  return (
    <Link to={to} className={`button ${variant}${wide ? ' wide' : ''}`} onClick={onClick}>
      {children}
    </Link>
  )
}
