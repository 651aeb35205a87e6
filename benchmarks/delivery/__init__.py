"""From the build to a running daemon: zipapps, releases, commands, starts."""
