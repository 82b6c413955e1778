// The orders of the user: open ones and past ones.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'wouter'

import { isOver, listOrders } from '../api/orders'
import type { Order, User } from '../api/types'
import { keys } from '../live/cache'
import { SignedIn } from '../session/guard'
import { countdown, duration } from '../texts/format'
import { useI18n, useTexts } from '../texts/context'
import { Button, ButtonLink } from '../ui/button'
import { DateTile } from '../ui/date-tile'
import { EventLine, SeatLine } from '../ui/details'
import { Empty } from '../ui/empty'
import { hueStyle } from '../ui/hue'
import { useNow } from '../ui/use-now'
import { Page } from '../ui/page'
import { ListState } from '../ui/resource'
import { OrderBadge } from '../ui/status'
import { Ordered } from '../ui/time'
import { TitleText } from '../ui/title'

const PAGE_SIZE = 20

export default function Orders() {
  const texts = useTexts()
  return <SignedIn title={texts.orders.title} skeleton={<RowsSkeleton />}>{(user) => <OwnOrders user={user} />}</SignedIn>
}

const isOpen = (order: Order) => !isOver(order)

function OwnOrders({ user }: { user: User }) {
  const texts = useTexts()
  const [shown, setShown] = useState(PAGE_SIZE)
  const found = useQuery({
    queryKey: keys.orders(user.id),
    queryFn: ({ signal }) => listOrders(user.id, signal),
    // The feed does not report the expiry of an order whose ticket is not cached.
    refetchInterval: (query) => (query.state.data?.some(isOpen) ? 10_000 : false),
  })
  const orders = found.data ?? []
  const [open, past] = [orders.filter(isOpen), orders.filter((order) => !isOpen(order))]
  return (
    <Page title={texts.orders.title}>
      <ListState found={found} skeleton={<RowsSkeleton />} />
      {found.data?.length === 0 && (
        <Empty title={texts.orders.empty} hint={texts.orders.emptyHint}>
          <ButtonLink to="/" variant="primary">
            {texts.common.toMarket}
          </ButtonLink>
        </Empty>
      )}
      {open.length > 0 && <Rows title={texts.orders.open} orders={open} />}
      {past.length > 0 && <Rows title={texts.orders.past} orders={past.slice(0, shown)} />}
      {past.length > shown && (
        <div className="more">
          <Button onClick={() => setShown(shown + PAGE_SIZE)}>{texts.common.more}</Button>
        </div>
      )}
    </Page>
  )
}

function Rows({ title, orders }: { title: string; orders: Order[] }) {
  const { format } = useI18n()
  return (
    <section aria-label={title} className="rows">
      <h2>{title}</h2>
      <ul>
        {orders.map((order) => (
          <li key={order.id} className={`order-row hued${order.status === 'cancelled' ? ' gone' : ''}`} style={hueStyle(order.ticket.title)}>
            <DateTile at={order.ticket.startsAt} />
            <div className="order-what">
              <h3>
                <Link to={`/orders/${order.id}`}>
                  <TitleText title={order.ticket.title} />
                </Link>
              </h3>
              <EventLine details={order.ticket} />
              <SeatLine details={order.ticket} />
              {order.createdAt && (
                <p className="meta">
                  <Ordered at={order.createdAt} />
                </p>
              )}
            </div>
            <span className="price">{format.money(order.ticket.price)}</span>
            <span className="order-state">
              <OrderBadge order={order} />
              {order.status === 'created' && <TimeLeft until={order.expiresAt} />}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function TimeLeft({ until }: { until: string }) {
  const left = Date.parse(until) - useNow(1000)
  return (
    <time className="left" dateTime={duration(left)}>
      {countdown(left)}
    </time>
  )
}

const RowsSkeleton = () => (
  <div className="rows" aria-hidden="true">
    <ul>
      {Array.from({ length: 3 }, (_, index) => (
        <li key={index} className="order-row">
          <span className="tile" />
          <div className="order-what">
            <span className="skeleton half" />
            <span className="skeleton short" />
          </div>
        </li>
      ))}
    </ul>
  </div>
)
