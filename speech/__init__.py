"""Audio in, typed answers out. Knows no calls and no loans."""
