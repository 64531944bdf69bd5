"""Mandarin, at text level: figures, amounts, dates, identity numbers, terms, yes and no."""
