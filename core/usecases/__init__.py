"""What the house does as a whole: each use case is one transaction with its audit row."""
