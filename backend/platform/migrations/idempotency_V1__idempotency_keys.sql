-- The first response to each request with an idempotency key. A row without a status belongs to a request in progress.
CREATE TABLE idempotency_keys (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status BIGINT,
    body TEXT,
    created_at BIGINT NOT NULL,
    -- The key first: it differs from others in its first characters, and the scope is the same for all requests of a user.
    PRIMARY KEY (key, scope)
);
CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at);
