-- The tickets that await their first answer, by when it is due.
CREATE INDEX tickets_by_first_response_due ON tickets (first_response_due, ticket_id)
    WHERE first_response_due IS NOT NULL AND first_response_at IS NULL AND status NOT IN ('solved', 'closed');
