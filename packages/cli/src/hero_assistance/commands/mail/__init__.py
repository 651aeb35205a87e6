"""`hero_assistance mail`: letters, the outbox, what came in."""
