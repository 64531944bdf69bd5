"""Schema changes, forward and back, of the data database and of the key database."""
