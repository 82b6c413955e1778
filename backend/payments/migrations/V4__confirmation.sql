-- Whether the client can have the owner of the card confirm it (3-D Secure), and, while a payment waits for that, what its client
-- needs for it.
ALTER TABLE payments ADD COLUMN can_confirm BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payments ADD COLUMN client_secret TEXT;
