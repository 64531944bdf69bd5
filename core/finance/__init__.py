"""Exact money over time: schedules, day counts and annual rates. Pure; nothing here knows a borrower."""
