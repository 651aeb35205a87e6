"""Files and folders: written durably, locked, confined, and how much room there is for them."""
