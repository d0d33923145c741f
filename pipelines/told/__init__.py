"""What is answered: as data, then in French."""
