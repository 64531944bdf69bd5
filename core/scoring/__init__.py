"""How likely a loan is to go wrong, from a committed table of points. Pure: no training library is needed to decide."""
