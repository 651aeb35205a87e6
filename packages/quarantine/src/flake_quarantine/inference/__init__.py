"""What runs and failures say: statistics, the stopping rule, suspects and bursts; no I/O."""
