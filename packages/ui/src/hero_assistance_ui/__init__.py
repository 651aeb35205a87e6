"""The browser front end: one page for one project or many, and the calls and events it needs, passed on.

Nothing is imported here: `--version` of an installed binary passes through this file.
"""
