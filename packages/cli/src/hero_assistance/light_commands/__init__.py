"""The everyday commands and the help, which start without click; nothing here imports what takes long to load."""
