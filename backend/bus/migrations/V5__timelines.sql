-- What a service knows of the events of one order, so that it can answer for its part of the order's timeline.
--
-- The events that an aggregate has published, in the order of their identifiers.
CREATE INDEX outbox_aggregate ON outbox (aggregate, id);

-- What was consumed, and how often it was delivered. NULL and the defaults in rows of earlier versions; no order where the
-- event concerns none.
ALTER TABLE inbox ADD COLUMN name TEXT;
ALTER TABLE inbox ADD COLUMN order_id TEXT;
ALTER TABLE inbox ADD COLUMN version BIGINT;
-- The time of the event by its publisher's clock.
ALTER TABLE inbox ADD COLUMN event_time BIGINT;
-- The delivery that took effect, from 1.
ALTER TABLE inbox ADD COLUMN deliveries BIGINT NOT NULL DEFAULT 1;
-- The deliveries after it, which changed nothing.
ALTER TABLE inbox ADD COLUMN duplicates BIGINT NOT NULL DEFAULT 0;
CREATE INDEX inbox_order_id ON inbox (order_id) WHERE order_id IS NOT NULL;

-- Which event fails, and of which order.
ALTER TABLE delivery_failures ADD COLUMN name TEXT;
ALTER TABLE delivery_failures ADD COLUMN order_id TEXT;
