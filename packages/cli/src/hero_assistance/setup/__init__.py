"""What sets a desk up from a shell: its name and page, who may open it, its first admin, its listeners."""
