"""What goes to a ministry: the form to fill, and its own file returned with each anomaly marked."""
