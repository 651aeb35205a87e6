"""Reads one command line: plain words directly, all others by click."""
