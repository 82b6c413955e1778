-- The copy of the orders, moved on by their events. Prices in cents, times in unix milliseconds.
CREATE TABLE orders (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('created', 'awaiting:payment', 'complete', 'cancelled')),
    price BIGINT NOT NULL,
    ticket_id TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);

-- The payments. A row, and with it the key under which the provider is called, is committed before the provider is
-- called. `next_step` is what we owe the provider; NULL: we wait for orders, or nothing is left to do.
CREATE TABLE payments (
    id TEXT PRIMARY KEY,
    order_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    token TEXT NOT NULL,
    provider_key TEXT NOT NULL,
    stripe_id TEXT,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'authorized', 'succeeded', 'failed', 'refunded')),
    next_step TEXT CHECK (next_step IN ('authorize', 'capture', 'void', 'refund')),
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    claimed_until BIGINT,
    failure_code TEXT,
    failure_message TEXT,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
-- The judge of "one payment at a time, and one for good".
CREATE UNIQUE INDEX payments_order_id ON payments (order_id) WHERE status IN ('pending', 'authorized', 'succeeded');
CREATE INDEX payments_user_id ON payments (user_id, id);
CREATE INDEX payments_due_at ON payments (due_at) WHERE next_step IS NOT NULL;

-- Which payment a request with an idempotency key began or joined, so that its repeat follows the same one.
CREATE TABLE payment_requests (
    user_id TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    payment_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, idempotency_key)
);
CREATE INDEX payment_requests_created_at ON payment_requests (created_at);
