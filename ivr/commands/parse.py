"""``loanline parse``: what the line understands when these words answer a question of that kind."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""

    @app.command("parse", context_settings={"ignore_unknown_options": True})  # "-500" is what was said, no option
    def parse_words(
        kind: Annotated[str, typer.Argument(help="digits, amount, date, name, yes_no, term, purpose or employment")],
        words: Annotated[str, typer.Argument(help="what the caller said")],
        lang: Annotated[str, typer.Option("--lang", help="en-US or zh-CN")] = "en-US",
        as_json: Annotated[bool, typer.Option("--json", help="one JSON document on stdout")] = False,
    ) -> None:
        """Every reading of spoken words, most likely first; the value when exactly one stands."""
        import json  # noqa: PLC0415 - the parsers load only when they are asked for

        from speech.answers.parsing import parse  # noqa: PLC0415 - as above
        from speech.answers.report import as_document, as_lines  # noqa: PLC0415 - as above

        parsed = parse(kind, words, lang)
        if as_json:
            print(json.dumps(as_document(parsed), ensure_ascii=False))
        else:
            print("\n".join(as_lines(parsed)))
