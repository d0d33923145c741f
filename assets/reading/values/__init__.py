"""What the text of one cell says, by itself: a number, a date, a code, an absence, a sentence; nothing of its place."""
