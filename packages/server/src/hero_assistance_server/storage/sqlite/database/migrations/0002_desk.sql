-- What a team of agents works with: assignment, snoozing, merging, an audit trail, and lists that never scan.

ALTER TABLE tickets ADD COLUMN collaborators TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(collaborators));
ALTER TABLE tickets ADD COLUMN assignee TEXT REFERENCES users (user_id);
ALTER TABLE tickets ADD COLUMN followers TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(followers));
ALTER TABLE tickets ADD COLUMN snoozed_until INTEGER;
ALTER TABLE tickets ADD COLUMN first_response_due INTEGER;
ALTER TABLE tickets ADD COLUMN first_response_at INTEGER;
ALTER TABLE tickets ADD COLUMN solved_at INTEGER;
ALTER TABLE tickets ADD COLUMN merged_into INTEGER REFERENCES tickets (ticket_id);
ALTER TABLE tickets ADD COLUMN split_from INTEGER REFERENCES tickets (ticket_id);
ALTER TABLE tickets ADD COLUMN last_reply_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN last_note_id INTEGER NOT NULL DEFAULT 0;

UPDATE tickets SET
    last_reply_id = (SELECT coalesce(max(message_id), 0) FROM messages
        WHERE messages.ticket_id = tickets.ticket_id AND kind = 'reply'),
    last_note_id = (SELECT coalesce(max(message_id), 0) FROM messages
        WHERE messages.ticket_id = tickets.ticket_id AND kind = 'note'),
    first_response_at = (SELECT min(messages.created_at) FROM messages
        WHERE messages.ticket_id = tickets.ticket_id AND kind = 'reply' AND author <> tickets.customer);

ALTER TABLE messages ADD COLUMN edited_at INTEGER;

-- A ticket's place in the list of each person it concerns: `outside` the team everybody who sees it, `inside` the
-- agents who take part while it is active.
CREATE TABLE places (
    user_id    TEXT NOT NULL REFERENCES users (user_id),
    side       TEXT NOT NULL CHECK (side IN ('outside', 'inside')),
    at         INTEGER NOT NULL,
    ticket_id  INTEGER NOT NULL REFERENCES tickets (ticket_id),
    PRIMARY KEY (user_id, side, at, ticket_id)
) STRICT, WITHOUT ROWID;

INSERT INTO places SELECT customer, 'outside', public_updated_at, ticket_id FROM tickets;
DROP INDEX tickets_of_customer;

-- One index a list of the team; the lists of one status are ordered by the second.
CREATE INDEX tickets_unassigned ON tickets (updated_at, ticket_id)
    WHERE assignee IS NULL AND status IN ('new', 'open');
CREATE INDEX tickets_by_status ON tickets (status, updated_at, ticket_id);
CREATE INDEX tickets_done ON tickets (updated_at, ticket_id) WHERE status IN ('solved', 'closed');
CREATE INDEX tickets_active ON tickets (updated_at, ticket_id) WHERE status IN ('new', 'open', 'waiting');
CREATE INDEX tickets_assigned ON tickets (assignee, updated_at, ticket_id)
    WHERE assignee IS NOT NULL AND status IN ('new', 'open', 'waiting');
CREATE INDEX tickets_snoozed ON tickets (snoozed_until) WHERE snoozed_until IS NOT NULL;

-- How many tickets of a status are in a scope (all, unassigned, assignee:ID, participant:ID, tag:TAG).
CREATE TABLE tallies (
    scope   TEXT NOT NULL,
    status  TEXT NOT NULL,
    count   INTEGER NOT NULL CHECK (count >= 0),
    PRIMARY KEY (scope, status)
) STRICT, WITHOUT ROWID;

INSERT INTO tallies
    SELECT 'all', status, count(*) FROM tickets GROUP BY status
    UNION ALL SELECT 'unassigned', status, count(*) FROM tickets GROUP BY status
    UNION ALL SELECT 'tag:' || value, status, count(*) FROM tickets, json_each(tags) GROUP BY value, status;

-- What statistics are made of: one row a move, from NULL when the ticket was made.
CREATE TABLE status_changes (
    change_id    INTEGER NOT NULL PRIMARY KEY,
    ticket_id    INTEGER NOT NULL REFERENCES tickets (ticket_id),
    from_status  TEXT,
    to_status    TEXT NOT NULL,
    changed_by   TEXT REFERENCES users (user_id),
    changed_at   INTEGER NOT NULL
) STRICT;

CREATE INDEX status_changes_by_time ON status_changes (changed_at);
CREATE INDEX status_changes_of_ticket ON status_changes (ticket_id, change_id);
INSERT INTO status_changes (ticket_id, from_status, to_status, changed_by, changed_at)
    SELECT ticket_id, NULL, 'new', customer, created_at FROM tickets ORDER BY ticket_id;
INSERT INTO status_changes (ticket_id, from_status, to_status, changed_by, changed_at)
    SELECT ticket_id, 'new', status, NULL, updated_at FROM tickets WHERE status <> 'new' ORDER BY ticket_id;

-- Who did what, when, from where. Nothing in it is ever changed or taken out.
CREATE TABLE audit (
    audit_id    INTEGER NOT NULL PRIMARY KEY,
    at          INTEGER NOT NULL,
    actor       TEXT REFERENCES users (user_id),
    origin      TEXT NOT NULL,
    action      TEXT NOT NULL,
    ticket_id   INTEGER REFERENCES tickets (ticket_id),
    message_id  INTEGER REFERENCES messages (message_id),
    detail      TEXT NOT NULL CHECK (json_valid(detail))
) STRICT;

CREATE INDEX audit_of_ticket ON audit (ticket_id, audit_id) WHERE ticket_id IS NOT NULL;
CREATE INDEX audit_of_actor ON audit (actor, audit_id) WHERE actor IS NOT NULL;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
    BEGIN SELECT raise(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit
    BEGIN SELECT raise(ABORT, 'the audit trail is append-only'); END;

-- Events with any number of readers. AUTOINCREMENT remembers the last number when old events are gone; those of
-- the version before have another shape, so readers start from a snapshot.
CREATE TABLE told (
    seq               INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    kind              TEXT NOT NULL,
    reach             TEXT NOT NULL CHECK (reach IN ('named', 'staff', 'everyone')),
    payload           TEXT NOT NULL CHECK (json_valid(payload)),
    customer_payload  TEXT CHECK (json_valid(customer_payload)),
    created_at        INTEGER NOT NULL
) STRICT;

INSERT INTO told (seq, kind, reach, payload, created_at)
    SELECT seq, kind, 'named', 'null', created_at FROM events ORDER BY seq DESC LIMIT 1;
DELETE FROM told;
DROP TABLE events;
ALTER TABLE told RENAME TO events;

CREATE INDEX events_for_everyone ON events (seq) WHERE reach = 'everyone';
CREATE INDEX events_by_time ON events (created_at);

-- Who else receives an event than those within its reach.
CREATE TABLE event_readers (
    user_id  TEXT NOT NULL REFERENCES users (user_id),
    seq      INTEGER NOT NULL REFERENCES events (seq) ON DELETE CASCADE,
    PRIMARY KEY (user_id, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX event_readers_by_event ON event_readers (seq);

-- What an admin sets for the whole project.
CREATE TABLE settings (
    name   TEXT NOT NULL PRIMARY KEY,
    value  TEXT NOT NULL CHECK (json_valid(value))
) STRICT, WITHOUT ROWID;
