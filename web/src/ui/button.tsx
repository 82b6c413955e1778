// Buttons. One that is busy stays where it is and keeps the focus; it does nothing meanwhile.
import type { ComponentProps } from 'react'
import { Link } from 'wouter'

type Look = 'primary' | 'plain' | 'danger' | 'quiet'

type ButtonProps = Omit<ComponentProps<'button'>, 'className' | 'children'> & { look?: Look; busy?: boolean; wide?: boolean; children: string }

export function Button({ look = 'plain', busy = false, wide = false, type = 'button', onClick, children, ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      className={`button ${look}${wide ? ' wide' : ''}`}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={(event) => {
        if (busy) event.preventDefault()
        else onClick?.(event)
      }}
    >
      {busy && <span className="spinner" aria-hidden="true" />}
      <span>{children}</span>
    </button>
  )
}

export function ButtonLink({ to, look = 'plain', wide = false, children }: { to: string; look?: Look; wide?: boolean; children: string }) {
  return (
    <Link to={to} className={`button ${look}${wide ? ' wide' : ''}`}>
      {children}
    </Link>
  )
}
