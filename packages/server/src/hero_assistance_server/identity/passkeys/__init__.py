"""Passkeys: signing in by a key that a browser or a device keeps (WebAuthn)."""
