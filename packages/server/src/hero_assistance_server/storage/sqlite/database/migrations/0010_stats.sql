-- What happened within a span of time, without looking at what happened at other times.
CREATE INDEX tickets_by_first_response ON tickets (first_response_at) WHERE first_response_at IS NOT NULL;
