-- The statements of order.sql, in the round trips of the service.
\set n :n + 1
\set number (:round * 64 + :client_id) * 100000 + :n
\set buyer :number / :orders_a_user
\startpipeline
BEGIN;
INSERT INTO idempotency_keys (scope, key, fingerprint, created_at) VALUES ('buyer-' || :buyer::text || ' POST /api/orders', 'order-' || :number::text, '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', 1790000000000) ON CONFLICT DO NOTHING;
\endpipeline
WITH made AS (INSERT INTO orders (id, user_id, ticket_id, ticket_title, ticket_price, ticket_version, ticket_details, status, expires_at, version, created_at) SELECT '019bbbbb-0000-7000-8000-' || lpad(:number::text, 12, '0'), 'buyer-' || :buyer::text, id, title, price, version, details, 'created', 1790000900000, 0, 1790000000000 FROM tickets WHERE id = '019aaaaa-0000-7000-8000-' || lpad(:number::text, 12, '0') AND deleted = 0 ON CONFLICT DO NOTHING RETURNING ticket_id, ticket_title, ticket_price, ticket_version), counted AS (INSERT INTO open_orders (user_id, orders) SELECT 'buyer-' || :buyer::text, 1 FROM made ON CONFLICT (user_id) DO UPDATE SET orders = open_orders.orders + 1 WHERE open_orders.orders < 20 RETURNING user_id) SELECT made.*, (SELECT COUNT(*) FROM counted) AS counted FROM made;
\startpipeline
INSERT INTO outbox (id, name, aggregate, version, time, trace, body, xact) VALUES ('019ccccc-0000-7000-8000-' || lpad(:number::text, 12, '0'), :event, '019bbbbb-0000-7000-8000-' || lpad(:number::text, 12, '0'), 0, 1790000000000, NULL, :body, pg_current_xact_id()::text::bigint);
UPDATE idempotency_keys SET status = 201, body = :answer WHERE scope = 'buyer-' || :buyer::text || ' POST /api/orders' AND key = 'order-' || :number::text;
COMMIT;
\endpipeline
