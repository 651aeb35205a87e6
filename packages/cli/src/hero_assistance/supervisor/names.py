"""The names of the embedded supervisor: of its sockets, locks and log; this module imports nothing."""

NAME = "hero_assistance_supervisor"
# The names of its sockets, for `Paths.socket`: where it answers calls, and where actions say READY=1.
SOCKET = "supervisor"
NOTIFY = "notify"
# Its own log has a name like an action's log and is read like one.
OWN_LOG = "supervisor"
# Lock files in the state folder; each holds the pid of its holder.
SUPERVISOR_LOCK = "supervisor.lock"
LIFECYCLE_LOCK = "lifecycle.lock"
