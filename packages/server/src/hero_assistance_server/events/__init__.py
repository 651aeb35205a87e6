"""Events: a change, its audience, and its JSON."""
