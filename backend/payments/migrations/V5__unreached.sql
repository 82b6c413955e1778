-- How many attempts of the step that is due surely did not reach the provider. Where all of them did not, nothing can have
-- happened there.
ALTER TABLE payments ADD COLUMN unreached BIGINT NOT NULL DEFAULT 0;
