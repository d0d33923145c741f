"""What changed from one edition, or version of it, to the next."""
