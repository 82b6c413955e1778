-- The copy of the tickets: what can be ordered, and for how much. It moves by the versions of the source.
CREATE TABLE tickets (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    price BIGINT NOT NULL,
    user_id TEXT NOT NULL,
    order_id TEXT,
    deleted BIGINT NOT NULL CHECK (deleted IN (0, 1)),
    version BIGINT NOT NULL
);

CREATE TABLE orders (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    ticket_id TEXT NOT NULL,
    -- The ticket at the moment of ordering.
    ticket_title TEXT NOT NULL,
    ticket_price BIGINT NOT NULL CHECK (ticket_price > 0),
    ticket_version BIGINT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('created', 'awaiting:payment', 'complete', 'cancelled')),
    expires_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
-- The only judge of "reserved": one order at a time holds a ticket.
CREATE UNIQUE INDEX orders_ticket_id ON orders (ticket_id) WHERE status <> 'cancelled';
CREATE INDEX orders_user_id ON orders (user_id, id);
CREATE INDEX orders_open ON orders (user_id) WHERE status IN ('created', 'awaiting:payment');
