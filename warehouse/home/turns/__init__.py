"""Whose turn it is to write in a home, and what those who were killed left there."""
