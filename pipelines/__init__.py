"""When, with what and in which order: the assembly, the jobs and the command line."""
