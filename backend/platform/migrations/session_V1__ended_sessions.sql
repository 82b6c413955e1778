-- Sessions that were revoked before they expired. A row is kept until the session would have expired.
CREATE TABLE ended_sessions (
    jti TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    -- The transaction that recorded the row, where several processes write: replicas read the rows from this number on. 0 where
    -- one process writes.
    xact BIGINT NOT NULL
);
CREATE INDEX ended_sessions_expires_at ON ended_sessions (expires_at);
CREATE INDEX ended_sessions_xact ON ended_sessions (xact) WHERE xact > 0;
