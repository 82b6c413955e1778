-- How `email_key` was computed: 0 in lower case, as older versions do; 1 with the domain as IDNA and the local part composed
-- and case-folded. Rows of an older way are computed anew before the service answers.
ALTER TABLE users ADD COLUMN key_version BIGINT NOT NULL DEFAULT 0;
CREATE INDEX users_key_version ON users (id) WHERE key_version = 0;
