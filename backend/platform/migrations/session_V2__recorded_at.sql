-- When a session was found to have ended, so that other replicas read only what is new. 0: before this was kept.
ALTER TABLE ended_sessions ADD COLUMN recorded_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX ended_sessions_recorded_at ON ended_sessions (recorded_at);
