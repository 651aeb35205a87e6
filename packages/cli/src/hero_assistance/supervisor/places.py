"""The names of the embedded supervisor's own places; nothing is imported, so that everyone may import it."""

NAME = "hero_assistance_supervisor"
SOCKET = "supervisor"
# Where actions say that they are ready; also of supervisor.sock's folder.
NOTIFY = "notify"
# Its own log is named, and read, like that of an action.
OWN_LOG = "supervisor"
