"""What a search index has of tickets, and how it is asked: the same in every engine."""
