-- Tickets that were merged into others have a list of their own, as `is:merged` asks for it.
INSERT INTO listings SELECT 'merged', status, updated_at, ticket_id FROM tickets WHERE merged_into IS NOT NULL;
INSERT INTO tallies SELECT scope, status, count(*) FROM listings WHERE scope = 'merged' GROUP BY scope, status;
