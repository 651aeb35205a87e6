"""Runs tests in pytest processes of their own, alone and under load, and reads what happened."""
