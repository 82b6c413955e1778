-- The copy of the orders. Prices are in cents, times in milliseconds since the Unix epoch.
CREATE TABLE orders (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status = 'created' OR status = 'awaiting:payment' OR status = 'complete' OR status = 'cancelled'),
    price BIGINT NOT NULL,
    ticket_id TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);

-- The payments. A row, with the idempotency key of the provider call, commits before the provider is called.
CREATE TABLE payments (
    id TEXT PRIMARY KEY,
    order_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    token TEXT NOT NULL,
    provider_key TEXT NOT NULL,
    stripe_id TEXT,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    status TEXT NOT NULL CHECK (
        status = 'pending' OR status = 'authorized' OR status = 'succeeded' OR status = 'failed' OR status = 'refunded'
    ),
    -- The next call of the provider; NULL if the payment waits for orders, or needs no more calls.
    next_step TEXT CHECK (next_step = 'authorize' OR next_step = 'capture' OR next_step = 'void' OR next_step = 'refund'),
    attempts BIGINT NOT NULL,
    -- The attempts of the next step that certainly did not reach the provider.
    unreached BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL,
    claimed_until BIGINT,
    failure_code TEXT,
    failure_message TEXT,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    -- The number of webhook events of the payment: a call in progress sees that one has arrived meanwhile.
    webhook_event_count BIGINT NOT NULL DEFAULT 0,
    -- The W3C trace context of the cause of the next step.
    trace TEXT,
    -- Whether the client can have the cardholder confirm the payment (3-D Secure), and, while a payment waits for that, the secret
    -- that the client needs.
    can_confirm BIGINT NOT NULL DEFAULT 0,
    client_secret TEXT
);
-- The judge of "one payment of an order at a time, and at most one that succeeds".
CREATE UNIQUE INDEX payments_order_id ON payments (order_id)
    WHERE status = 'pending' OR status = 'authorized' OR status = 'succeeded';
CREATE INDEX payments_user_id ON payments (user_id, id);
CREATE INDEX payments_of_orders ON payments (user_id, order_id, id);
CREATE INDEX payments_due_at ON payments (due_at) WHERE next_step IS NOT NULL;
CREATE INDEX payments_stripe_id ON payments (stripe_id) WHERE stripe_id IS NOT NULL;

-- The payment that a request with an idempotency key began or joined, so that a retry follows the same one.
CREATE TABLE payment_requests (
    user_id TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    payment_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, idempotency_key)
);
CREATE INDEX payment_requests_created_at ON payment_requests (created_at);

-- The webhook events of the provider. Each has its effect once, however often it arrives.
CREATE TABLE webhook_events (
    id TEXT PRIMARY KEY,
    payment_id TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX webhook_events_created_at ON webhook_events (created_at);

-- The calls of the provider, for the timeline of an order. Late attempts of a step share a row, so that the number of rows of a
-- payment is bounded. Times are by the clock of the marketplace.
CREATE TABLE provider_calls (
    payment_id TEXT NOT NULL,
    step TEXT NOT NULL,
    -- The attempt of the step; the last number stands for all later ones.
    attempt BIGINT NOT NULL,
    calls BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    -- The request ids of the provider, separated by commas.
    request_ids TEXT NOT NULL,
    -- The provider's message to the cardholder.
    message TEXT,
    PRIMARY KEY (payment_id, step, attempt)
);
