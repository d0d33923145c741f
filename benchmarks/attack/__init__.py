"""What a reader can find of withheld costs, from all that is published."""
