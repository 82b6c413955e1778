-- The accounts. `email` is the address as it was entered, `email_key` the same for every spelling of the address.
CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    -- The algorithm of `email_key`: 0 is the address in lower case. Such keys are computed again before the service answers.
    key_version BIGINT NOT NULL DEFAULT 0,
    password_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX users_email_key ON users (email_key);
CREATE INDEX users_key_version ON users (id) WHERE key_version = 0;
