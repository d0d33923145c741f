"""Which projects to follow, and what is asked of whom."""
