"""What is to be expected at completion, and what such forecasts were worth."""
