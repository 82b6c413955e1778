-- The events that a service publishes. A row commits with the change that it describes.
CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    aggregate TEXT NOT NULL,
    version BIGINT NOT NULL,
    time BIGINT NOT NULL,
    trace TEXT,
    body TEXT NOT NULL,
    published_at BIGINT,
    -- The transaction that wrote the row, where several processes write: a transaction that has read the event of another one has
    -- the greater number. 0 where one process writes and the identifiers rise in the order of the commits.
    xact BIGINT NOT NULL DEFAULT 0
);
-- The unpublished rows in the order in which the relay publishes them. It is the only index of these rows: with outdated statistics
-- PostgreSQL would choose another one and sort all of them for each batch.
CREATE INDEX outbox_unpublished ON outbox (xact, id) WHERE published_at IS NULL;
-- The events of an aggregate, for the timeline of an order, which has no admissions: doors admit passes in any order, so each entry would
-- change a page of its own.
CREATE INDEX outbox_timeline ON outbox (aggregate, id) WHERE name <> 'pass:admitted';

-- The events that a service has consumed. A row commits with the effect of its event.
CREATE TABLE inbox (
    event_id TEXT PRIMARY KEY,
    received_at BIGINT NOT NULL,
    name TEXT NOT NULL,
    -- The order that the event concerns, if there is one.
    order_id TEXT,
    version BIGINT NOT NULL,
    -- The time of the event by the clock of its publisher.
    event_time BIGINT NOT NULL,
    -- The delivery that took effect, from 1.
    deliveries BIGINT NOT NULL,
    -- The later deliveries, which changed nothing.
    duplicates BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX inbox_order_id ON inbox (order_id) WHERE order_id IS NOT NULL;

-- The failures of an event that are due to the event, and the attempts that did not end because the process crashed. A transport
-- counts neither. The row is deleted when the event is applied or dead-lettered.
CREATE TABLE delivery_failures (
    event_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    order_id TEXT,
    failures BIGINT NOT NULL,
    unfinished BIGINT NOT NULL,
    cause TEXT NOT NULL
);

-- The replica that has a task that one replica does, and until when, by the clocks of the machines.
CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- The rows that the readiness check writes, to find out whether the database can be written.
CREATE TABLE write_probes (
    name TEXT PRIMARY KEY,
    written_at BIGINT NOT NULL
);

-- The latest time by which rows were deleted at the end of their retention. It can be ahead of the clock of an audit, because tests
-- move the clock of the service.
CREATE TABLE pruned (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    pruned_at BIGINT NOT NULL
);
