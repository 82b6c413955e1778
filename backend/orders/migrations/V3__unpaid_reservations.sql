-- Reservations that a buyer has given up: cancelled, or let expire. Others come first for a while after that.
CREATE TABLE unpaid_reservations (
    user_id TEXT NOT NULL,
    ticket_id TEXT NOT NULL,
    -- How many, up to the number from which the pause grows no further.
    times BIGINT NOT NULL,
    -- When the last one ended.
    ended_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, ticket_id)
);
CREATE INDEX unpaid_reservations_ended_at ON unpaid_reservations (ended_at);
-- open_orders began empty, beside orders that were open by then. It is kept on PostgreSQL alone, where LIKE minds case;
-- on SQLite this inserts nothing.
DELETE FROM open_orders;
INSERT INTO open_orders (user_id, orders)
SELECT user_id, COUNT(*) FROM orders
WHERE status IN ('created', 'awaiting:payment') AND NOT ('A' LIKE 'a')
GROUP BY user_id;
