-- By whom of an OpenID provider a user signs in: the provider's subject stays, an e-mail address may become another's.
CREATE TABLE oidc_identities (
    issuer    TEXT NOT NULL,
    subject   TEXT NOT NULL,
    user_id   TEXT NOT NULL REFERENCES users (user_id),
    bound_at  INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX oidc_identities_of_user ON oidc_identities (user_id, issuer);
