-- The ledger of the simulated card provider. Amounts are in cents, times in milliseconds since the Unix epoch.
CREATE TABLE charges (
    id TEXT PRIMARY KEY,
    order_id TEXT NOT NULL,
    token TEXT NOT NULL,
    currency TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state = 'authorized' OR state = 'captured' OR state = 'voided' OR state = 'refunded' OR state = 'failed'),
    authorized BIGINT NOT NULL,
    captured BIGINT NOT NULL,
    voided BIGINT NOT NULL,
    refunded BIGINT NOT NULL,
    captures BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX charges_order_id ON charges (order_id);

-- The request and the response of each idempotency key.
CREATE TABLE requests (
    idempotency_key TEXT PRIMARY KEY,
    request TEXT NOT NULL,
    response TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
