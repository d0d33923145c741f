"""What is told of the conduct of a semester: where it stands, who sent what, what is written to whom."""
