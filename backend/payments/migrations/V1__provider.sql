-- The simulated card provider's own book. Amounts in cents, times in unix milliseconds.
CREATE TABLE charges (
    id TEXT PRIMARY KEY,
    order_id TEXT NOT NULL,
    token TEXT NOT NULL,
    currency TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('authorized', 'captured', 'voided', 'refunded', 'failed')),
    authorized BIGINT NOT NULL,
    captured BIGINT NOT NULL,
    voided BIGINT NOT NULL,
    refunded BIGINT NOT NULL,
    captures BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX charges_order_id ON charges (order_id);

-- What was answered under each idempotency key, and to what question.
CREATE TABLE requests (
    idempotency_key TEXT PRIMARY KEY,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
