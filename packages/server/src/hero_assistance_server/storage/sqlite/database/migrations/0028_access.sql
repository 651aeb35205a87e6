-- A node whose key is known is one device under each of its addresses.
CREATE INDEX device_bindings_by_key ON device_bindings (public_key) WHERE public_key IS NOT NULL;

-- An issuer is one whether or not it is written with a slash at its end.
UPDATE OR IGNORE oidc_identities SET issuer = rtrim(issuer, '/');
DELETE FROM oidc_identities WHERE issuer LIKE '%/';

-- The last link and code of each kind of an address: what a stranger asks for ends nothing that an operator has made.
-- Codes were hashed without a key, and end with this; the links count until their time is over. A link that counts for
-- longer than what a user asks for is an invitation.
CREATE TABLE sign_in_links (
    address_hash     BLOB NOT NULL,
    kind             TEXT NOT NULL,
    user_id          TEXT REFERENCES users (user_id),
    token_hash       BLOB NOT NULL UNIQUE,
    expires_at       INTEGER NOT NULL,
    code_hash        BLOB,
    code_expires_at  INTEGER NOT NULL,
    tries_left       INTEGER NOT NULL,
    PRIMARY KEY (address_hash, kind)
) STRICT, WITHOUT ROWID;
INSERT INTO sign_in_links (address_hash, kind, user_id, token_hash, expires_at, code_expires_at, tries_left)
SELECT address_hash, iif(expires_at > unixepoch() * 1000 + 900000, 'invited', 'requested'), user_id, token_hash,
    expires_at, 0, 0 FROM sign_in_tokens;
DROP TABLE sign_in_tokens;
ALTER TABLE sign_in_links RENAME TO sign_in_tokens;
CREATE INDEX sign_in_tokens_of_user ON sign_in_tokens (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX sign_in_tokens_by_expiry ON sign_in_tokens (expires_at);

-- How often links of an address were asked for, and codes tried: when the address may do that at full rate again. The
-- time stays where a thousand strangers ask about a thousand addresses.
CREATE TABLE sign_in_rates (
    address_hash  BLOB NOT NULL,
    use           TEXT NOT NULL,
    full_at       INTEGER NOT NULL,
    PRIMARY KEY (address_hash, use)
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_in_rates_by_time ON sign_in_rates (full_at);
