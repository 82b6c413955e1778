-- How many of the provider's notices were about a payment, so that a call under way knows of one that has come meanwhile.
ALTER TABLE payments ADD COLUMN heard BIGINT NOT NULL DEFAULT 0;
CREATE INDEX payments_stripe_id ON payments (stripe_id) WHERE stripe_id IS NOT NULL;

-- What the provider has told by itself: the same notice may come again, and has its effect once.
CREATE TABLE notices (
    id TEXT PRIMARY KEY,
    payment_id TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX notices_created_at ON notices (created_at);
