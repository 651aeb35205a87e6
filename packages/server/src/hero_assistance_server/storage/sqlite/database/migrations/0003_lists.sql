-- Every list of the team is an index range: a ticket is listed, by last activity, wherever it is counted.

CREATE TABLE listings (
    scope      TEXT NOT NULL,
    status     TEXT NOT NULL,
    at         INTEGER NOT NULL,
    ticket_id  INTEGER NOT NULL REFERENCES tickets (ticket_id),
    PRIMARY KEY (scope, status, at, ticket_id)
) STRICT, WITHOUT ROWID;

WITH scopes (scope, ticket_id) AS (
    SELECT 'all', ticket_id FROM tickets
    UNION ALL SELECT 'customer:' || customer, ticket_id FROM tickets
    UNION ALL SELECT 'priority:' || priority, ticket_id FROM tickets
    UNION ALL SELECT coalesce('assignee:' || assignee, 'unassigned'), ticket_id FROM tickets
    UNION ALL SELECT 'tag:' || value, ticket_id FROM (SELECT DISTINCT value, ticket_id FROM tickets, json_each(tags))
    UNION ALL SELECT 'participant:' || user_id, ticket_id FROM (
        SELECT assignee AS user_id, ticket_id FROM tickets WHERE assignee IS NOT NULL
        UNION SELECT value, ticket_id FROM tickets, json_each(followers)))
INSERT INTO listings
    SELECT scope, status, updated_at, ticket_id FROM scopes JOIN tickets USING (ticket_id) ORDER BY 1, 2, 3, 4;

DELETE FROM tallies;
INSERT INTO tallies SELECT scope, status, count(*) FROM listings GROUP BY scope, status;

-- What the lists of statuses and assignees were read from.
DROP INDEX tickets_unassigned;
DROP INDEX tickets_by_status;
DROP INDEX tickets_done;
DROP INDEX tickets_active;
DROP INDEX tickets_assigned;

-- Agents' own lists are listings now, so that a place is only of who sees the ticket from outside.
CREATE TABLE outside (
    user_id    TEXT NOT NULL REFERENCES users (user_id),
    at         INTEGER NOT NULL,
    ticket_id  INTEGER NOT NULL REFERENCES tickets (ticket_id),
    PRIMARY KEY (user_id, at, ticket_id)
) STRICT, WITHOUT ROWID;

INSERT INTO outside SELECT user_id, at, ticket_id FROM places WHERE side = 'outside';
DROP TABLE places;
ALTER TABLE outside RENAME TO places;

-- A name for a filter: of one agent, or shared with the team.
CREATE TABLE saved_views (
    view_id  INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    owner    TEXT NOT NULL REFERENCES users (user_id),
    shared   INTEGER NOT NULL CHECK (shared IN (0, 1)),
    name     TEXT NOT NULL,
    filter   TEXT NOT NULL,
    UNIQUE (owner, name)
) STRICT;

CREATE INDEX saved_views_shared ON saved_views (name) WHERE shared = 1;
