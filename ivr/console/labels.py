"""Every word of the console, by key. One file a language: ``labels/<language>.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from core.errors import InvalidInput

__all__ = ["LANGUAGES", "Labels", "load_labels"]

#: What the console speaks, each with its own name.
LANGUAGES = {"en": "English", "zh-CN": "中文"}


class Labels:
    """``labels("live.title")``; figures are filled in by name. An unknown key raises ``InvalidInput``."""

    def __init__(self, language: str, texts: Mapping[str, str]) -> None:
        self.language = language
        self._texts = texts

    def __call__(self, key: str, **figures: object) -> str:
        text = self.text(key)
        return text.format_map(figures) if figures else text

    def text(self, key: str) -> str:
        """The text as it stands in the file."""
        if key not in self._texts:
            raise InvalidInput("label", f"there is no text for {key} in {self.language}")
        return self._texts[key]

    def word(self, group: str, name: str) -> str:
        """The word for a code, such as a role; the code itself, made readable, where there is none."""
        return self._texts.get(f"{group}.{name}", name.replace("_", " ").replace(".", " "))


def load_labels(language: str, folder: Path | None = None) -> Labels:
    """Raises ``InvalidInput`` for a language that is not there."""
    path = (folder or Path(__file__).parent / "labels") / f"{language}.toml"
    if not path.is_file():
        raise InvalidInput("language", f"the console does not speak {language}")
    sections = tomllib.loads(path.read_text("utf-8"))
    return Labels(
        language, {f"{section}.{name}": text for section, rows in sections.items() for name, text in rows.items()}
    )
