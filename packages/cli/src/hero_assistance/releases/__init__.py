"""Releases: what is installed, which one is live, how one takes the place of another.

    <var>/releases/hero_assistance/<release id>/hero_assistance*        the zipapps, pinned to this folder
    <var>/releases/hero_assistance/<release id>/lib/<name>/             each unpacked, with byte code
    <var>/releases/hero_assistance/<release id>/release.json            its manifest, and its activation
    <var>/releases/hero_assistance/current -> <release id>              one rename switches every binary
    <root>/bin/<name> -> .../current/<name>

A process holds its release folder with a shared lock while it lives. Names that start with a dot are
unfinished or on their way out; the next install removes them.
"""
