"""Presence: who looks at a ticket and who writes there, as leases that expire."""
