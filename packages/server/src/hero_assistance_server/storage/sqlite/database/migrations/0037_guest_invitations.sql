-- The addresses with which customers share their tickets, until who has one joins: they are told of no address whether
-- a user has it.
CREATE TABLE guest_invitations (
    address     TEXT NOT NULL,
    ticket_id   INTEGER NOT NULL REFERENCES tickets (ticket_id),
    invited_by  TEXT NOT NULL REFERENCES users (user_id),
    invited_at  INTEGER NOT NULL,
    PRIMARY KEY (address, ticket_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX guest_invitations_of_ticket ON guest_invitations (ticket_id);
CREATE INDEX guest_invitations_of_user ON guest_invitations (invited_by);
