-- The copy of the tickets. It follows the versions of the tickets service.
CREATE TABLE tickets (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    price BIGINT NOT NULL,
    -- The details of the event, as JSON.
    details TEXT NOT NULL DEFAULT '{}',
    -- When the event starts: from then on the ticket is not sold. The largest number if the ticket has no start.
    starts_at BIGINT NOT NULL DEFAULT 9223372036854775807,
    user_id TEXT NOT NULL,
    order_id TEXT,
    deleted BIGINT NOT NULL CHECK (deleted IN (0, 1)),
    -- 1 if `listing:closed` is published: the ticket is withdrawn, has no order and will have none.
    closed BIGINT NOT NULL DEFAULT 0 CHECK (closed IN (0, 1)),
    version BIGINT NOT NULL
);

CREATE TABLE orders (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    -- The ticket when it was ordered.
    ticket_id TEXT NOT NULL,
    ticket_title TEXT NOT NULL,
    ticket_price BIGINT NOT NULL CHECK (ticket_price > 0),
    ticket_version BIGINT NOT NULL,
    ticket_details TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status = 'created' OR status = 'awaiting:payment' OR status = 'complete' OR status = 'cancelled'),
    -- Why the order was cancelled: buyer, expired, withdrawn or payment_failed.
    cancel_reason TEXT,
    expires_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
-- The only judge of "reserved": one order at a time holds a ticket.
CREATE UNIQUE INDEX orders_ticket_id ON orders (ticket_id) WHERE status <> 'cancelled';
CREATE INDEX orders_user_id ON orders (user_id, id);
CREATE INDEX orders_open ON orders (user_id) WHERE status IN ('created', 'awaiting:payment');

-- The number of unpaid orders of each user, where several processes write: transactions that count the orders would conflict.
-- Empty where one process writes.
CREATE TABLE open_orders (
    user_id TEXT PRIMARY KEY,
    orders BIGINT NOT NULL
);

-- The reservations that a buyer has cancelled or let expire. Other buyers come first during a pause after that.
CREATE TABLE unpaid_reservations (
    user_id TEXT NOT NULL,
    ticket_id TEXT NOT NULL,
    -- The number of these reservations, up to the number from which the pause does not grow.
    times BIGINT NOT NULL,
    -- When the last one ended.
    ended_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, ticket_id)
);
CREATE INDEX unpaid_reservations_ended_at ON unpaid_reservations (ended_at);
