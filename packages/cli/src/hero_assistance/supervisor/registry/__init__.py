"""The files of the state folder: what is registered, the last start of each action, and secrets."""
