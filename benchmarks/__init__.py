"""Every figure that the documentation states, measured in one run with its peers."""
