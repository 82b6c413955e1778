-- Sessions that were revoked before they expired. A row is kept until the session would have expired.
CREATE TABLE revoked_sessions (
    jti TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    -- The transaction that recorded the row, where several processes write: replicas read the rows from this number on. 0 where
    -- one process writes.
    xact BIGINT NOT NULL
);
CREATE INDEX revoked_sessions_expires_at ON revoked_sessions (expires_at);
CREATE INDEX revoked_sessions_xact ON revoked_sessions (xact) WHERE xact > 0;
