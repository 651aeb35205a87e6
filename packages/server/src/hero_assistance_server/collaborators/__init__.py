"""Who takes part in a ticket next to its customer, and how somebody is invited by their address."""
