-- The transaction that wrote the event, where several processes write at once: one that has seen another's event has the
-- greater number. 0 where one process writes, and identifiers rise by themselves; then the index is empty.
ALTER TABLE outbox ADD COLUMN xact BIGINT NOT NULL DEFAULT 0;
CREATE INDEX outbox_in_order ON outbox (xact, id) WHERE published_at IS NULL AND xact > 0;

-- Which replica does what one is enough for, and until when it need not be asked again, by the machines' clocks.
CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
