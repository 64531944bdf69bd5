"""Schema changes of the data database, oldest first."""
