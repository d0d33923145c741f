"""What published sums tell of a withheld figure, and what is kept back so that they tell none."""
