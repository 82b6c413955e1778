// The frame of the application: header, navigation and account.
import type { ReactNode } from 'react'
import { Link, useLocation } from 'wouter'

import { useSession } from '../session/context'
import { signInPath } from '../session/return-path'
import { useTexts } from '../texts/context'
import { Connection } from './connection'
import { ListingsIcon, Mark, MarketIcon, OrdersIcon, PassIcon, SellIcon } from './icons'
import { Settings } from './settings'

export function Shell({ children }: { children: ReactNode }) {
  const texts = useTexts()
  return (
    <div className="shell">
      <a
        className="skip"
        href="#content"
        onClick={(event) => {
          event.preventDefault()
          document.querySelector('h1')?.focus()
        }}
      >
        {texts.skip}
      </a>
      <header className="header">
        <div className="header-inner">
          <Link to="/" className="brand" aria-label={texts.nav.home}>
            <Mark />
            <span>{texts.brand}</span>
          </Link>
          <Navigation />
          <div className="header-end">
            <Account />
            <Settings />
          </div>
        </div>
        <Connection />
      </header>
      <main id="content" className="content">
        {children}
      </main>
    </div>
  )
}

function Navigation() {
  const texts = useTexts()
  const [path] = useLocation()
  const links = [
    { to: '/', label: texts.nav.market, icon: <MarketIcon /> },
    { to: '/passes', label: texts.nav.passes, icon: <PassIcon /> },
    { to: '/orders', label: texts.nav.orders, icon: <OrdersIcon /> },
    { to: '/tickets/new', label: texts.nav.sell, icon: <SellIcon /> },
    { to: '/listings', label: texts.nav.listings, icon: <ListingsIcon /> },
  ]
  return (
    <nav className="nav" aria-label={texts.nav.label}>
      <ul>
        {links.map(({ to, label, icon }) => (
          <li key={to}>
            <Link to={to} aria-current={path === to ? 'page' : undefined}>
              {icon}
              <span>{label}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}

/** Reserves its space while the session is unknown. The pages to sign in have a button of their own. */
function Account() {
  const texts = useTexts()
  const session = useSession()
  const [path] = useLocation()
  if (session.state !== 'out' || path.startsWith('/auth/')) {
    return <span className="account">{session.user && <bdi className="email">{session.user.email}</bdi>}</span>
  }
  return (
    <span className="account">
      <Link to={signInPath(path)} className="button primary small">
        {texts.account.signIn}
      </Link>
    </span>
  )
}
