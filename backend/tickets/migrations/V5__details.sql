-- What a ticket says about its event, in JSON: a field that is neither searched nor compared needs no column of its own.
ALTER TABLE tickets ADD COLUMN details TEXT NOT NULL DEFAULT '{}';
-- What the seller asks for, where an order shows something else; otherwise NULL.
ALTER TABLE tickets ADD COLUMN listed_details TEXT;
-- The venue as searches compare it.
ALTER TABLE tickets ADD COLUMN venue_key TEXT NOT NULL DEFAULT '';
-- When the event starts, in milliseconds since the Unix epoch; the largest number where the ticket does not say.
ALTER TABLE tickets ADD COLUMN starts_at BIGINT NOT NULL DEFAULT 9223372036854775807;
CREATE INDEX tickets_available_starts_at ON tickets (starts_at, id) WHERE status = 'available';

-- What was ordered. NULL where an earlier version of orders or of tickets has recorded the order.
ALTER TABLE reservations ADD COLUMN details TEXT;
