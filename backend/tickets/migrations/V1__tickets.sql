-- Tickets for sale. A withdrawn ticket stays as a row, so that its versions stay unbroken.
CREATE TABLE tickets (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    -- The title in lower case: what searches and the sort by title look at.
    title_key TEXT NOT NULL,
    price BIGINT NOT NULL CHECK (price > 0),
    user_id TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('available', 'reserved', 'sold', 'deleted')),
    order_id TEXT,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CHECK ((status IN ('reserved', 'sold')) = (order_id IS NOT NULL))
);
CREATE INDEX tickets_available ON tickets (id) WHERE status = 'available';
CREATE INDEX tickets_available_price ON tickets (price, id) WHERE status = 'available';
CREATE INDEX tickets_user_id ON tickets (user_id, id);

-- What orders has said of each order: who may hold which ticket.
CREATE TABLE reservations (
    order_id TEXT PRIMARY KEY,
    ticket_id TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('created', 'awaiting:payment', 'complete', 'cancelled')),
    version BIGINT NOT NULL
);
CREATE INDEX reservations_active ON reservations (ticket_id) WHERE status <> 'cancelled';

-- Every change of a ticket, in order, as it is shown to those who watch.
CREATE TABLE changes (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);
