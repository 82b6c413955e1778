-- The listings. A withdrawn ticket stays as a row, so that its versions have no gap. While an order holds a ticket, the row shows the
-- ordered terms; the listing of the seller is kept beside them and returns if the order ends unpaid.
CREATE TABLE tickets (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    -- The title as searches and the sort by title compare it.
    title_key TEXT NOT NULL,
    price BIGINT NOT NULL CHECK (price > 0),
    -- The details of the event, as JSON: a field that is neither searched nor compared needs no column of its own.
    details TEXT NOT NULL DEFAULT '{}',
    -- The venue as searches compare it.
    venue_key TEXT NOT NULL DEFAULT '',
    -- When the event starts, in milliseconds since the Unix epoch. The largest number if the ticket has no start.
    starts_at BIGINT NOT NULL DEFAULT 9223372036854775807,
    user_id TEXT NOT NULL,
    -- The ticket whose pass the listing sells on; NULL for a first sale.
    resale_of TEXT,
    status TEXT NOT NULL CHECK (status = 'available' OR status = 'reserved' OR status = 'sold' OR status = 'deleted'),
    order_id TEXT,
    -- 1 if the seller has withdrawn the ticket.
    withdrawn BIGINT NOT NULL DEFAULT 0 CHECK (withdrawn IN (0, 1)),
    -- The terms of the listing while an order shows others; otherwise NULL.
    listed_title TEXT,
    listed_price BIGINT,
    listed_details TEXT,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CHECK ((status IN ('reserved', 'sold')) = (order_id IS NOT NULL)),
    -- An order alone keeps a withdrawn ticket from being deleted.
    CHECK (order_id IS NOT NULL OR (status = 'deleted') = (withdrawn = 1))
);
CREATE INDEX tickets_available ON tickets (id) WHERE status = 'available';
CREATE INDEX tickets_available_price ON tickets (price, id) WHERE status = 'available';
CREATE INDEX tickets_available_starts_at ON tickets (starts_at, id) WHERE status = 'available';
-- The resales that can be ordered, by the start of the event: a listing that is not sold by then is withdrawn.
CREATE INDEX tickets_available_resales ON tickets (starts_at) WHERE resale_of IS NOT NULL AND status = 'available';
CREATE INDEX tickets_user_id ON tickets (user_id, id);

-- The copy of the orders, with the ordered terms.
CREATE TABLE reservations (
    order_id TEXT PRIMARY KEY,
    ticket_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status = 'created' OR status = 'awaiting:payment' OR status = 'complete' OR status = 'cancelled'),
    price BIGINT NOT NULL,
    -- The ordered title and details; NULL where `order:created` does not state them, as that of the original: those of the listing apply.
    title TEXT,
    details TEXT,
    version BIGINT NOT NULL
);
CREATE INDEX reservations_active ON reservations (ticket_id) WHERE status <> 'cancelled';

-- The changes of the tickets, in order, for the live feed.
CREATE TABLE changes (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    -- The transaction that wrote the change, where several processes write: no change with a smaller number can commit once every
    -- such transaction has ended. 0 where one process writes and the identifiers rise in the order of the commits.
    xact BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX changes_in_order ON changes (xact, id) WHERE xact > 0;

-- The passes of the buyers: one for each complete order of a first sale.
CREATE TABLE passes (
    id TEXT PRIMARY KEY,
    -- The first sale: its ticket, its order, and its seller, who admits people.
    ticket_id TEXT NOT NULL,
    issuing_order_id TEXT NOT NULL,
    issuer_id TEXT NOT NULL,
    title TEXT NOT NULL,
    details TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    -- The holder, and the order with which the holder bought the pass; NULL if the holder claimed it.
    holder_id TEXT NOT NULL,
    order_id TEXT,
    -- The price of the last sale, in cents. A gift does not change it.
    paid BIGINT NOT NULL CHECK (paid > 0),
    -- The number of changes of holder.
    serial BIGINT NOT NULL CHECK (serial BETWEEN 0 AND 65535),
    status TEXT NOT NULL CHECK (status = 'valid' OR status = 'offered' OR status = 'used' OR status = 'void'),
    version BIGINT NOT NULL,
    -- The listing that sells the pass on.
    listing_id TEXT,
    -- The admission of a used pass.
    admitted_at BIGINT,
    device TEXT,
    -- The earliest admission of the holder of an offered pass by a door without a network. A used pass has it in `admitted_at` and
    -- `device`.
    entered_at BIGINT,
    entered_device TEXT,
    -- The later admissions of a pass, as JSON: doors without a network do not know of each other.
    double_admissions TEXT,
    -- The pending transfer: the SHA-256 of its claim code, and its end.
    claim_hash TEXT,
    claim_expires_at BIGINT,
    CHECK ((status = 'offered') = (listing_id IS NOT NULL)),
    CHECK ((status = 'used') = (admitted_at IS NOT NULL)),
    CHECK ((claim_hash IS NULL) = (claim_expires_at IS NULL)),
    CHECK (claim_hash IS NULL OR status = 'valid')
);
CREATE UNIQUE INDEX passes_issuing_order_id ON passes (issuing_order_id);
CREATE INDEX passes_holder_id ON passes (holder_id, id);
CREATE INDEX passes_issuer_id ON passes (issuer_id, id);
CREATE UNIQUE INDEX passes_listing_id ON passes (listing_id) WHERE listing_id IS NOT NULL;
CREATE UNIQUE INDEX passes_claim_hash ON passes (claim_hash) WHERE claim_hash IS NOT NULL;
