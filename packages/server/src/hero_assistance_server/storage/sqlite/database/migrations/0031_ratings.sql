-- What customers say of an answer: one rating for each time that a ticket was solved.
CREATE TABLE ratings (
    ticket_id  INTEGER NOT NULL REFERENCES tickets (ticket_id),
    solved_at  INTEGER NOT NULL,
    user_id    TEXT NOT NULL REFERENCES users (user_id),
    score      TEXT NOT NULL CHECK (score IN ('good', 'bad')),
    comment    TEXT NOT NULL,
    -- The assignee when it was rated.
    agent      TEXT REFERENCES users (user_id),
    rated_at   INTEGER NOT NULL,
    PRIMARY KEY (ticket_id, solved_at)
) STRICT, WITHOUT ROWID;

CREATE INDEX ratings_by_time ON ratings (rated_at, ticket_id);
CREATE INDEX ratings_of_agent ON ratings (agent, rated_at, ticket_id) WHERE agent IS NOT NULL;
CREATE INDEX ratings_of_user ON ratings (user_id);
