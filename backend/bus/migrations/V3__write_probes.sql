-- What the readiness check writes, to find out whether the log can be written.
CREATE TABLE write_probes (
    name TEXT PRIMARY KEY,
    written_at BIGINT NOT NULL
);
