"""From what was heard to what was meant: other readings weighed, and how likely the result is wrong."""
