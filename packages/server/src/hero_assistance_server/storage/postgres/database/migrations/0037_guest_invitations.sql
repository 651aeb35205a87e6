-- The addresses with which customers share their tickets, until who has one joins: they are told of no address whether
-- a user has it.
CREATE TABLE guest_invitations (
    address     TEXT COLLATE "C" NOT NULL,
    ticket_id   BIGINT NOT NULL REFERENCES tickets (ticket_id),
    invited_by  TEXT COLLATE "C" NOT NULL REFERENCES users (user_id),
    invited_at  BIGINT NOT NULL,
    PRIMARY KEY (address, ticket_id)
);

CREATE INDEX guest_invitations_of_ticket ON guest_invitations (ticket_id);
CREATE INDEX guest_invitations_of_user ON guest_invitations (invited_by);
