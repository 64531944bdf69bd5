"""Schema changes of the key database, oldest first."""
