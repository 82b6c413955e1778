-- The latest time by whose retention rows were deleted. It can be ahead of the clock of an audit: a clock can be moved for tests.
CREATE TABLE pruned (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    pruned_at BIGINT NOT NULL
);
