"""Lists of tickets: which scopes a ticket is listed under, and which tickets a list contains."""
