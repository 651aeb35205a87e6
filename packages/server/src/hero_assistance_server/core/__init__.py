"""What the server decides, without I/O: ids and times come in as arguments, changes go out as values."""
