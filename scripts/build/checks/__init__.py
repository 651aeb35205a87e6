"""What is checked apart from code: words, news fragments, workflows, and what a change touches."""
