"""Full-text search and the filter language."""
