"""What a column, a closed list, a rule, a finding and an error are, and how they are said in French."""
