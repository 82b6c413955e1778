-- Who ordered. NULL where an earlier version has recorded the order.
ALTER TABLE reservations ADD COLUMN user_id TEXT;
-- The ticket whose pass the listing sells on; NULL for a first sale.
ALTER TABLE tickets ADD COLUMN resale_of TEXT;

-- What the buyers of tickets hold: a pass for each complete order of a first sale.
CREATE TABLE passes (
    id TEXT PRIMARY KEY,
    -- The first sale: its ticket, its order, and the seller, who admits people.
    ticket_id TEXT NOT NULL,
    issuing_order_id TEXT NOT NULL,
    issuer_id TEXT NOT NULL,
    title TEXT NOT NULL,
    details TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    -- Who holds the pass, and the order with which the holder bought it; no order where the holder claimed it.
    holder_id TEXT NOT NULL,
    order_id TEXT,
    -- What was paid at the last sale, in cents. A gift does not change it.
    paid BIGINT NOT NULL CHECK (paid > 0),
    -- The number of changes of holder.
    serial BIGINT NOT NULL CHECK (serial BETWEEN 0 AND 65535),
    status TEXT NOT NULL CHECK (status IN ('valid', 'offered', 'used', 'void')),
    version BIGINT NOT NULL,
    -- The listing that sells the pass on.
    listing_id TEXT,
    admitted_at BIGINT,
    device TEXT,
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
