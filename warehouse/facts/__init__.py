"""Facts of the State that ship with the program: ministries, deflators, targets, published figures."""
