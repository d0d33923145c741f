"""What forecasts are worth: the method in force, the one before and variants, on real and simulated data."""
