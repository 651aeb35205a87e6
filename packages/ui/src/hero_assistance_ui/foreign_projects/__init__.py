"""Projects whose servers are not this machine's: what they answer is checked, and one that lies is set aside."""
