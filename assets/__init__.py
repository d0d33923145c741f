"""How each table is made: pure steps on frames, and the Dagster assets that name them."""
