-- The listings of passes that can be ordered, by the start of the event: a listing that is not sold by then is withdrawn.
CREATE INDEX tickets_available_resales ON tickets (starts_at) WHERE resale_of IS NOT NULL AND status = 'available';
