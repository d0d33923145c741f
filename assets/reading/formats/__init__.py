"""The formats a file may have: what opening one costs, and the cells of its sheets, nothing interpreted."""
