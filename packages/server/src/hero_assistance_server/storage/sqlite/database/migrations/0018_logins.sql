-- The names by which the edge knows users. `folded` is the form by which two names are compared: `Carol` is `carol`.
-- The releases before took such a name for the user's id; the ids that were names are bound by the follow-up.
CREATE TABLE logins (
    login     TEXT NOT NULL PRIMARY KEY,
    folded    TEXT NOT NULL,
    user_id   TEXT NOT NULL REFERENCES users (user_id),
    bound_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX logins_by_folded ON logins (folded);
CREATE INDEX logins_of_user ON logins (user_id, login);
