"""Mail in both directions, and servers that are killed meanwhile."""
