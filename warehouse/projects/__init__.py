"""A project: what was received, who is who, what was promised, what is kept back."""
