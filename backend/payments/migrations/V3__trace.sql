-- The W3C trace context of what has made the next step due, so that the call of the provider belongs to it.
ALTER TABLE payments ADD COLUMN trace TEXT;
