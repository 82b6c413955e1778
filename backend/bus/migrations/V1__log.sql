-- The log of the embedded transport. Numbers rise without gaps in the order of the commits.
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

-- How far each durable consumer has come: everything up to `position` was settled or is in `redeliveries`.
CREATE TABLE consumers (
    durable TEXT PRIMARY KEY,
    position BIGINT NOT NULL
);

-- What was not accepted and will be delivered again.
CREATE TABLE redeliveries (
    durable TEXT NOT NULL,
    seq BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    cause TEXT NOT NULL,
    PRIMARY KEY (durable, seq)
);
CREATE INDEX redeliveries_due_at ON redeliveries (durable, due_at);

-- What could not be handled, with its cause, until somebody replays it.
CREATE TABLE dead_letters (
    durable TEXT NOT NULL,
    seq BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    cause TEXT NOT NULL,
    died_at BIGINT NOT NULL,
    PRIMARY KEY (durable, seq)
);
