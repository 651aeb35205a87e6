"""Every figure that the documentation states, measured beside its peers in one run."""
