-- The copy of the orders, and when each of them runs out. A deadline is absolute: no restart moves it.
CREATE TABLE timers (
    order_id TEXT PRIMARY KEY,
    status TEXT NOT NULL CHECK (status IN ('created', 'awaiting:payment', 'complete', 'cancelled')),
    expires_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    -- When it was said that the deadline has passed.
    fired_at BIGINT
);
CREATE INDEX timers_due ON timers (expires_at) WHERE status = 'created' AND fired_at IS NULL;
CREATE INDEX timers_settled ON timers (expires_at) WHERE status IN ('complete', 'cancelled');
