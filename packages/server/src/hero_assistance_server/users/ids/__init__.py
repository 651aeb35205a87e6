"""The ids of users, made from their names."""
