"""Whether the person on the line is the one whose identity is used."""
