-- What users choose for themselves.
ALTER TABLE users ADD COLUMN language TEXT;
ALTER TABLE users ADD COLUMN time_zone TEXT;

-- The tickets whose first answer is promised and was not given, among which `is:overdue` looks.
INSERT INTO listings SELECT 'awaiting', status, updated_at, ticket_id FROM tickets
    WHERE first_response_due IS NOT NULL AND first_response_at IS NULL AND status NOT IN ('solved', 'closed');
INSERT INTO tallies SELECT scope, status, count(*) FROM listings WHERE scope = 'awaiting' GROUP BY scope, status;
