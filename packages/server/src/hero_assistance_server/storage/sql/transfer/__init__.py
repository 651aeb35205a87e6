"""Rows in and out, as exports have them."""
