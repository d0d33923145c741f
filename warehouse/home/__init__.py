"""One installation: its folders, calendar, settings, registers and tables, and all of it read once."""
