"""What the line says: one file of texts per language, filled with spoken figures."""

from ivr.dialogue.prompts.catalogue import Catalogue, Prompt, load_catalogue

__all__ = ["Catalogue", "Prompt", "load_catalogue"]
