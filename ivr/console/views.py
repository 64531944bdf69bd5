"""Templates: Jinja2 with autoescape, the labels, and who asks. Each request is answered in the language it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse

from core.usecases.roles import Action, may
from core.usecases.staff import Visitor
from ivr.console.labels import LANGUAGES, Labels

__all__ = ["LANGUAGE_COOKIE", "STATIC", "Views"]

LANGUAGE_COOKIE = "loanline-language"

_HERE = Path(__file__).parent
STATIC = _HERE / "static"


class Views:
    """Renders pages and fragments. ``labels`` by language, the first is spoken where no other is asked for; ``demo``
    shows what only a demonstration has."""

    def __init__(self, labels: Mapping[str, Labels], *, demo: bool) -> None:
        self._labels, self._usual = labels, next(iter(labels))
        self._speaks: ContextVar[str] = ContextVar("console_language", default=self._usual)
        self._envs = {language: self._environment(texts, demo) for language, texts in labels.items()}

    def _environment(self, labels: Labels, demo: bool) -> Environment:
        made = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        languages = {name: LANGUAGES[name] for name in self._labels}
        made.globals.update(t=labels, word=labels.word, lang=labels.language, languages=languages)
        made.globals.update(demo=demo, may=may, Action=Action)
        return made

    def speak(self, request: HTTPConnection) -> None:
        """From here on, in this request and what it streams, the language that its cookie asks for."""
        asked = request.cookies.get(LANGUAGE_COOKIE, "")
        self._speaks.set(asked if asked in self._labels else self._usual)

    @property
    def labels(self) -> Labels:
        return self._labels[self._speaks.get()]

    def fragment(self, template: str, **facts: Any) -> str:
        return self._envs[self._speaks.get()].get_template(template).render(facts)

    def page(self, template: str, who: Visitor | None, place: str, code: int = 200, **facts: Any) -> HTMLResponse:
        """``place`` names the page in the navigation."""
        return HTMLResponse(self.fragment(template, who=who, place=place, **facts), code)

    def error(self, request: Request, status: int, message: str) -> HTMLResponse:
        """What went wrong, as a page or, for a part of one, as a fragment."""
        if request.headers.get("hx-request"):
            return HTMLResponse(self.fragment("_problem.html", message=message), status)
        return self.page("problem.html", None, "", status, message=message, status=status)
