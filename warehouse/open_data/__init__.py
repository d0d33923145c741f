"""What is published for reusers: tables and files."""
