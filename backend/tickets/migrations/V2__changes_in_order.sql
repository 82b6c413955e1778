-- The transaction that wrote the change, where several processes write at once: what watchers follow, since a change
-- with a smaller number can only be committed as long as its transaction is under way. 0 where one process writes, and
-- identifiers rise in the order of the commits; then the index is empty.
ALTER TABLE changes ADD COLUMN xact BIGINT NOT NULL DEFAULT 0;
CREATE INDEX changes_in_order ON changes (xact, id) WHERE xact > 0;
