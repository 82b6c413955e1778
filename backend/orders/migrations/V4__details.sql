-- What the ticket says about its event, in JSON.
ALTER TABLE tickets ADD COLUMN details TEXT NOT NULL DEFAULT '{}';
-- When the event starts, in milliseconds since the Unix epoch: from then on the ticket is not sold. The largest number where
-- the ticket does not say.
ALTER TABLE tickets ADD COLUMN starts_at BIGINT NOT NULL DEFAULT 9223372036854775807;

-- The details at the moment of ordering. NULL where an earlier version has made the order.
ALTER TABLE orders ADD COLUMN ticket_details TEXT;
-- Why the order was cancelled: buyer, expired, withdrawn or payment_failed. NULL in any other state, and where an earlier
-- version has cancelled it.
ALTER TABLE orders ADD COLUMN cancel_reason TEXT;
