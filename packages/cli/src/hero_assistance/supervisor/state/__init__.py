"""The states of an action, what it does in each of them, and the services that actions belong to."""
