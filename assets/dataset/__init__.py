"""The files of the open dataset."""
