-- The last message that a person has read on a ticket.

CREATE TABLE reads (
    user_id     TEXT NOT NULL REFERENCES users (user_id),
    ticket_id   INTEGER NOT NULL REFERENCES tickets (ticket_id),
    message_id  INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    PRIMARY KEY (user_id, ticket_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX reads_of_ticket ON reads (ticket_id, user_id);
