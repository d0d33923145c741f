"""What is read back from the published files."""
