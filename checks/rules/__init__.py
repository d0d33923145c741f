"""Rules on frames, pure."""
