-- The stream of the embedded bus. The numbers rise without gaps, in the order of the commits.
CREATE TABLE messages (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    aggregate TEXT NOT NULL,
    version BIGINT NOT NULL,
    time BIGINT NOT NULL,
    trace TEXT,
    body TEXT NOT NULL,
    published_at BIGINT NOT NULL
);

-- The position of each durable consumer: every message up to it is acknowledged or in `redeliveries`.
CREATE TABLE consumers (
    durable TEXT PRIMARY KEY,
    position BIGINT NOT NULL
);

-- The names of the events that a consumer was opened with, by any version of its service. The consumer receives them all: one
-- without a handler is put back, and one with a new name is delivered from the oldest message on.
CREATE TABLE consumer_events (
    durable TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (durable, name)
);

-- The messages that are delivered again when they are due.
CREATE TABLE redeliveries (
    durable TEXT NOT NULL,
    seq BIGINT NOT NULL,
    delivery_count BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    cause TEXT NOT NULL,
    PRIMARY KEY (durable, seq)
);
CREATE INDEX redeliveries_due_at ON redeliveries (durable, due_at);

-- The messages that failed for good, with the cause, until they are replayed or discarded.
CREATE TABLE dead_letters (
    durable TEXT NOT NULL,
    seq BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    cause TEXT NOT NULL,
    died_at BIGINT NOT NULL,
    PRIMARY KEY (durable, seq)
);

-- The rows that the readiness check writes, to find out whether the stream can be written.
CREATE TABLE write_probes (
    name TEXT PRIMARY KEY,
    written_at BIGINT NOT NULL
);
