"""What was approved, made true at a destination."""
