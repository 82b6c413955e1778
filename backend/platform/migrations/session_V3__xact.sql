-- The transaction that recorded it, where several processes write at once: what other replicas read on from. 0 where one
-- process writes, and in rows of older versions, which are found by their time.
ALTER TABLE ended_sessions ADD COLUMN xact BIGINT NOT NULL DEFAULT 0;
DROP INDEX ended_sessions_recorded_at;
CREATE INDEX ended_sessions_xact ON ended_sessions (xact) WHERE xact > 0;
CREATE INDEX ended_sessions_unnumbered ON ended_sessions (recorded_at) WHERE xact = 0;
