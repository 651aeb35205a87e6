"""Whole tables in and out: exports and imports."""
