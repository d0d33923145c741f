"""What a reader checks and takes away: what is new, the data, its quality, the method."""
