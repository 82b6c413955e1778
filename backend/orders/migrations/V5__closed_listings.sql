-- 1 where `listing:closed` has been published: the ticket is withdrawn, has no order and will never have one. Tickets that
-- were withdrawn before this script sell no pass on, so nobody waits for the event. Versions of the service before this
-- script do not know the column; what they leave is published later.
ALTER TABLE tickets ADD COLUMN closed BIGINT NOT NULL DEFAULT 0 CHECK (closed IN (0, 1));
UPDATE tickets SET closed = 1 WHERE deleted = 1;
CREATE INDEX tickets_unclosed ON tickets (id) WHERE deleted = 1 AND closed = 0;

-- 1 where an event has stated who bought: `order:completed`, or `order:restated` for orders that an earlier version has
-- completed.
ALTER TABLE orders ADD COLUMN buyer_stated BIGINT NOT NULL DEFAULT 0 CHECK (buyer_stated IN (0, 1));
CREATE INDEX orders_buyer_unstated ON orders (id) WHERE status = 'complete' AND buyer_stated = 0;
