"""How well the data was sent: collection and scores."""
