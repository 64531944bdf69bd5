"""The prompt catalogue: texts by id, rendered with every variable or not at all."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import InvalidInput

__all__ = ["Catalogue", "Prompt", "load_catalogue"]


@dataclass(frozen=True, slots=True, repr=False)
class Prompt:
    """A rendered prompt. ``personal`` is True when a figure or name of the caller is in ``text``."""

    id: str
    text: str
    personal: bool

    def __repr__(self) -> str:
        return f"Prompt({self.id})"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All texts of one language, and how its codes are said."""

    language: str
    texts: Mapping[str, str]
    choices: Mapping[str, Mapping[str, str]]

    def variables(self, prompt_id: str) -> frozenset[str]:
        return frozenset(name for _, name, _, _ in string.Formatter().parse(self.texts[prompt_id]) if name)

    def render(self, prompt_id: str, figures: Mapping[str, str] | None = None) -> Prompt:
        """Raises ``InvalidInput`` for an unknown prompt or a missing variable: nothing half-filled is ever spoken."""
        if prompt_id not in self.texts:
            raise InvalidInput("prompt", f"there is no text for {prompt_id} in {self.language}")
        given = figures or {}
        wanted = self.variables(prompt_id)
        missing = wanted - set(given)
        if missing:
            raise InvalidInput("prompt", f"{prompt_id} needs {min(missing)}")
        text = self.texts[prompt_id].format_map({name: given[name] for name in wanted}) if wanted else None
        return Prompt(prompt_id, text or self.texts[prompt_id], bool(wanted))

    def has(self, prompt_id: str) -> bool:
        return prompt_id in self.texts

    def say_choice(self, slot: str, code: str) -> str:
        return self.choices[slot][code]

    def phrases(self, name: str) -> tuple[str, ...]:
        """The ways to say something only this dialogue listens for, such as ``start_again``."""
        return tuple(self.choices["phrases"][name].split("|"))

    def said(self, name: str, text: str) -> bool:
        """Whether ``text`` holds one of the ``phrases``, as whole words."""
        return any(f" {phrase} " in f" {text} " for phrase in self.phrases(name))


def load_catalogue(language: str, folder: Path | None = None) -> Catalogue:
    """Read ``<language>.toml`` and ``<language>.choices.toml``; raises ``InvalidInput`` when they do not exist."""
    home = folder or Path(__file__).parent
    source = home / f"{language}.toml"
    if not source.is_file():
        known = ", ".join(sorted(path.stem for path in home.glob("*.toml") if not path.stem.endswith(".choices")))
        raise InvalidInput("language", f"there are no prompts in {language}; there are: {known}")
    sections = tomllib.loads(source.read_text("utf-8"))
    texts = {f"{section}.{name}": text for section, rows in sections.items() for name, text in rows.items()}
    choices = tomllib.loads((home / f"{language}.choices.toml").read_text("utf-8"))
    return Catalogue(language, texts, choices)
