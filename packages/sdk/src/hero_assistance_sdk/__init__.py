"""What the binaries of hero_assistance share: paths, wire types, errors and clients.

Nothing is imported here: `--version` of an installed binary passes through this file.
"""
