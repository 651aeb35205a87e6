"""What lets users in: logins, devices, sessions, links, passkeys and identities of providers."""
