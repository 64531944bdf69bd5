"""Prompts: text to telephone sound, cached. ``Voice`` is the port, ``Pyttsx3Voice`` the voice that is always there."""

from speech.synthesis.cache import PromptCache
from speech.synthesis.voice import Pyttsx3Voice, Voice

__all__ = ["PromptCache", "Pyttsx3Voice", "Voice"]
