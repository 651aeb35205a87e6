"""Tags of tickets."""
