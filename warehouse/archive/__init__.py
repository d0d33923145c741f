"""Every table by name, its versions, and its copy in SQL."""
