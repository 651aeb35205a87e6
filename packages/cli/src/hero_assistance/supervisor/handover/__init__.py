"""Taking over: a new process from the one that serves, and a new supervisor from an earlier one."""
