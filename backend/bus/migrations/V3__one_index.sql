-- One index of what waits, in the order in which it is published. From two of them a database has to choose, and with old
-- statistics it chose the one that needs everything sorted for each batch. `xact` is 0 where identifiers rise by themselves.
CREATE INDEX outbox_unpublished ON outbox (xact, id) WHERE published_at IS NULL;
DROP INDEX outbox_waiting;
DROP INDEX outbox_in_order;
