"""Who sent what, which version stands, what is new in an inbox."""
