"""What must hold: rules on frames, and the Dagster asset checks that run and record them."""
