"""Ratings: whether an answer was good, as the customer says once the ticket is solved."""
