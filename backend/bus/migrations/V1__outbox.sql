-- What a service has to say. A row is written in the transaction of the change it tells of.
CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    aggregate TEXT NOT NULL,
    version BIGINT NOT NULL,
    time BIGINT NOT NULL,
    trace TEXT,
    body TEXT NOT NULL,
    published_at BIGINT
);
CREATE INDEX outbox_waiting ON outbox (id) WHERE published_at IS NULL;

-- What a service has heard. A row is written in the transaction of its effect.
CREATE TABLE inbox (
    event_id TEXT PRIMARY KEY,
    received_at BIGINT NOT NULL
);
