"""Every state of every page by a name, each with how a person reaches it."""
