-- The copy of the orders, with their deadlines. A deadline is absolute: a restart does not move it.
CREATE TABLE timers (
    order_id TEXT PRIMARY KEY,
    status TEXT NOT NULL CHECK (status = 'created' OR status = 'awaiting:payment' OR status = 'complete' OR status = 'cancelled'),
    expires_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    -- When `expiration:complete` was published.
    fired_at BIGINT,
    -- The W3C trace context of the event that set the deadline.
    trace TEXT
);
CREATE INDEX timers_due ON timers (expires_at) WHERE status = 'created' AND fired_at IS NULL;
CREATE INDEX timers_settled ON timers (expires_at) WHERE status IN ('complete', 'cancelled');
