-- The calls of the card provider, for the timeline of the order. Late attempts of a step share a row, so that a payment has a
-- bounded number of them. Times are by the clock of the marketplace.
CREATE TABLE provider_calls (
    payment_id TEXT NOT NULL,
    step TEXT NOT NULL,
    -- The attempt of the step; the last number stands for all later ones.
    attempt BIGINT NOT NULL,
    calls BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    -- The request ids of the provider, separated by commas.
    request_ids TEXT NOT NULL,
    -- The provider's message to the cardholder.
    message TEXT,
    PRIMARY KEY (payment_id, step, attempt)
);
