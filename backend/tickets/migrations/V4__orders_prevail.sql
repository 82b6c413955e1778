-- A sale stands at the price and under the title that were ordered, and a withdrawn ticket that an order holds comes back
-- for as long as that order lasts. What the seller wants is kept beside what is shown, and returns when the order ends
-- unpaid.
--
-- 1 where the seller has withdrawn the ticket. A row that is `deleted` is withdrawn whatever this says: versions of the
-- service before this script do not know the column.
ALTER TABLE tickets ADD COLUMN withdrawn BIGINT NOT NULL DEFAULT 0 CHECK (withdrawn IN (0, 1));
-- The title and the price that the seller asks, where an order shows others; otherwise NULL.
ALTER TABLE tickets ADD COLUMN listed_title TEXT;
ALTER TABLE tickets ADD COLUMN listed_price BIGINT;

-- What was ordered. NULL in rows of earlier versions; the title also where an earlier version of orders has published.
ALTER TABLE reservations ADD COLUMN title TEXT;
ALTER TABLE reservations ADD COLUMN price BIGINT;

-- What is looked through at start for withdrawn tickets that an order holds.
CREATE INDEX tickets_deleted ON tickets (id) WHERE status = 'deleted';
