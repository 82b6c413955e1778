-- The payments of one order of a user, in pages.
CREATE INDEX payments_of_orders ON payments (user_id, order_id, id);
