"""Sockets and addresses: binding, who is on the other side, and under which names a machine is called."""
