"""Tickets: rows, lists, counters, the search index, and what is counted and read of them."""
