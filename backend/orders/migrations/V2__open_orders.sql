-- How many unpaid orders each user has, kept where several processes write at once: counting them anew in each transaction
-- would put everybody's orders in each other's way. Empty where one process writes.
CREATE TABLE open_orders (
    user_id TEXT PRIMARY KEY,
    orders BIGINT NOT NULL
);
