"""The command line as click reads it: arguments and options; the work is done by the other packages."""
