"""The phone line, the staff console and the replay bench."""
