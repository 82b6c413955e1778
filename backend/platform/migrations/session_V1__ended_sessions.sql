-- Sessions that were ended before they expired; kept until they would have expired anyway.
CREATE TABLE ended_sessions (
    jti        TEXT   NOT NULL PRIMARY KEY,
    user_id    TEXT   NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX ended_sessions_expires_at ON ended_sessions (expires_at);
