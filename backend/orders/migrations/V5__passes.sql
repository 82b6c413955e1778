-- 1 where it is published that the withdrawn ticket has no order and will never have one (`listing:closed`). Nothing waits
-- for that of tickets that were withdrawn before.
ALTER TABLE tickets ADD COLUMN closed BIGINT NOT NULL DEFAULT 0 CHECK (closed IN (0, 1));
UPDATE tickets SET closed = 1 WHERE deleted = 1;
CREATE INDEX tickets_unclosed ON tickets (id) WHERE deleted = 1 AND closed = 0;

-- 1 where the completed order is stated again for the sake of its pass (`order:restated`).
ALTER TABLE orders ADD COLUMN restated BIGINT NOT NULL DEFAULT 0 CHECK (restated IN (0, 1));
-- Until when an earlier version may run beside this one: orders that are made before are stated again. One row.
CREATE TABLE restating (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    until BIGINT NOT NULL
);
