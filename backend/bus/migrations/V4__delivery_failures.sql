-- How often the handling of an event has failed by the event's own fault, and how often it was begun and never ended since the
-- process died. What a transport counts says neither. A row goes away with the event.
CREATE TABLE delivery_failures (
    event_id TEXT PRIMARY KEY,
    failures BIGINT NOT NULL,
    unfinished BIGINT NOT NULL,
    cause TEXT NOT NULL
);

-- Written to prove that the database can be written.
CREATE TABLE write_probes (
    name TEXT PRIMARY KEY,
    written_at BIGINT NOT NULL
);
