"""The embedded supervisor: runs actions, probes them, starts them again and ends all that they started."""
