-- The names of the events that a consumer was opened with, in any version: none of them is passed over as another's affair. One
-- that a version has no handler for is put back, and one that is new is delivered from the oldest message on.
CREATE TABLE consumer_events (
    durable TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (durable, name)
);
