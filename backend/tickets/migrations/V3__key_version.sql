-- How `title_key` was computed: 0 in lower case, as older versions do; 1 as `text::search_key` does. Rows of an older way
-- are computed anew after the start.
ALTER TABLE tickets ADD COLUMN key_version BIGINT NOT NULL DEFAULT 0;
CREATE INDEX tickets_key_version ON tickets (id) WHERE key_version = 0;
