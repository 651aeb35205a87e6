"""Macros: several changes as one action on one ticket or many."""
