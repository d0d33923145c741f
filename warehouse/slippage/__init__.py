"""How far projects, groups and the portfolio slip, and why."""
