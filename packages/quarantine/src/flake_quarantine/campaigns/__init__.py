"""Campaigns of many runs: measuring tests, hunting for flakes, bisecting neighbours."""
