-- A delivery that was begun is in flight until its outcome is written, however long that takes.
ALTER TABLE deliveries RENAME COLUMN leased_until TO begun_at;
DROP INDEX deliveries_leased;
CREATE INDEX deliveries_in_flight ON deliveries (begun_at) WHERE begun_at IS NOT NULL;

-- What was given up is over, too, and has a time from which on its age counts.
UPDATE deliveries SET finished_at = due_at WHERE state = 'dead' AND finished_at IS NULL;

DROP INDEX deliveries_finished;
CREATE INDEX deliveries_finished ON deliveries (channel, state, finished_at, delivery_id)
    WHERE finished_at IS NOT NULL;

-- What was deleted because it was old or too many, so that lists can say that there was more.
CREATE TABLE pruned_deliveries (
    channel  TEXT NOT NULL,
    state    TEXT NOT NULL CHECK (state IN ('done', 'dead', 'dropped')),
    count    INTEGER NOT NULL,
    last_at  INTEGER NOT NULL,
    PRIMARY KEY (channel, state)
) STRICT, WITHOUT ROWID;

-- The ticket that a letter or a call of a webhook tells of, with which it is deleted; older ones have none.
ALTER TABLE deliveries ADD COLUMN ticket_id INTEGER;
CREATE INDEX deliveries_of_ticket ON deliveries (ticket_id) WHERE ticket_id IS NOT NULL;

-- The title that the mails of a ticket have: mail programs keep together what has one subject.
CREATE TABLE mail_titles (
    ticket_id  INTEGER NOT NULL PRIMARY KEY REFERENCES tickets (ticket_id),
    title      TEXT NOT NULL
) STRICT;

INSERT INTO mail_titles SELECT ticket_id, title FROM tickets
    WHERE ticket_id IN (SELECT ticket_id FROM mail_message_ids);
