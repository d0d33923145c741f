"""Measured figures: speed, and how right the guesses are."""
