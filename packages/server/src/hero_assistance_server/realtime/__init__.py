"""Event streams: fan-out after the commit, replay, quotas."""
