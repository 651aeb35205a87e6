"""The desk on a person's own machine: many projects in one page, for one browser.

Nothing is imported here: `--version` of an installed binary passes through this file.
"""
