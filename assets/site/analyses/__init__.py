"""What explains the rates: why they changed, how far the target is, what causes them, what is to come."""
