"""A received file, opened safely, into cells and typed rows."""
