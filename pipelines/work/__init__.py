"""What is set going."""
