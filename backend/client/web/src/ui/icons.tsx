// The icons. They are decorative: a text stands beside each.
import type { ReactElement } from 'react'

const icon = (drawing: ReactElement) => () => (
  <svg className="icon" viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" aria-hidden="true" focusable="false">
    {drawing}
  </svg>
)

/** The mark of the product: a stub with its perforation, and a prompt. `public/favicon.svg` is the same drawing. */
export const Mark = () => (
  <svg className="mark" viewBox="0 0 32 32" width="26" height="26" aria-hidden="true" focusable="false">
    <path d="M5 6h14.5a2.5 2.5 0 0 0 5 0H27a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-2.5a2.5 2.5 0 0 0-5 0H5a3 3 0 0 1-3-3V9a3 3 0 0 1 3-3z" />
    <path d="M22 11.5v9.1" strokeDasharray="0 4.5" strokeWidth="2" />
    <path d="m7 11 5 5-5 5M13.5 21H17" strokeWidth="2.75" />
  </svg>
)

export const TicketIcon = icon(
  <>
    <path d="M4 6h16a1 1 0 0 1 1 1v3a2 2 0 0 0 0 4v3a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1v-3a2 2 0 0 0 0-4V7a1 1 0 0 1 1-1z" />
    <path d="M14.5 7v10" strokeDasharray="2 2" />
  </>,
)
export const PassIcon = TicketIcon
export const MarketIcon = icon(<><path d="M4 10v10h16V10M3 10l2-6h14l2 6z" /><path d="M10 20v-6h4v6" /></>)
export const SellIcon = icon(<><circle cx="12" cy="12" r="9" /><path d="M12 8v8M8 12h8" /></>)
export const OrdersIcon = icon(<><path d="M6 3h12v18l-3-2-3 2-3-2-3 2z" /><path d="M9 8h6M9 12h6" /></>)
export const ListingsIcon = icon(<><path d="M8 6h12M8 12h12M8 18h12" /><path d="M4 6h.01M4 12h.01M4 18h.01" strokeWidth="2.5" /></>)
export const MenuIcon = icon(<><path d="M4 7h10M18 7h2M4 17h2M10 17h10" /><circle cx="16" cy="7" r="2" /><circle cx="8" cy="17" r="2" /></>)
export const SearchIcon = icon(<><circle cx="11" cy="11" r="6.5" /><path d="m16 16 4.5 4.5" /></>)
export const CheckIcon = icon(<><circle cx="12" cy="12" r="9" /><path d="m8 12.5 2.8 2.8L16 9.5" /></>)
export const CrossIcon = icon(<><circle cx="12" cy="12" r="9" /><path d="m9 9 6 6M15 9l-6 6" /></>)
