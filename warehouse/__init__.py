"""What the data means and where it is kept. Knows neither Dagster nor Great Expectations."""
