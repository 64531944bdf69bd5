"""Spoken words to typed values, one parser per kind of answer, one folder per language.

A parser keeps every reading that fits and never guesses between them.
"""

from speech.answers.model import Command, Kind, Parsed, Reading

__all__ = ["Command", "Kind", "Parsed", "Reading"]
