"""How long a connection without a request is kept for the next one."""

from __future__ import annotations

# Our servers close a connection that has been idle for 5 s. A request that is sent just then is lost, and whether it
# was carried out is not known: so a client takes another connection well before.
KEPT_S = 2.0
