-- The W3C trace context of what has set the deadline, so that its passing belongs to it.
ALTER TABLE timers ADD COLUMN trace TEXT;
