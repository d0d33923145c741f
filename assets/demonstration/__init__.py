"""The fictitious home."""
