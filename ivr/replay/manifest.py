"""A fixture call: what a caller says, presses and expects, read from a ``*.call.toml`` file.

The schema is closed: an unknown key, a missing file or a value out of range is refused with ``InvalidFixture``,
which names the file and the field. ``audio_fixtures/README.md`` describes the format for people.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, field_validator, model_validator

from core.applicant import Last4, PersonName, PhoneNumber
from core.catalogue import Purpose
from core.errors import InvalidFixture, InvalidIdentity

__all__ = [
    "CODE_PLACE",
    "About",
    "Borrowed",
    "CallFixture",
    "Caller",
    "Channel",
    "Earlier",
    "Expect",
    "Turn",
    "find_fixtures",
    "read_fixture",
]

SUFFIX = ".call.toml"
#: Replaced, in ``keys`` and ``say_digits``, by the one-time code last sent to the caller.
CODE_PLACE = "{sms_code}"

DIGIT_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class About(_Closed):
    """Where the sounds come from; shown in reports, never compared."""

    title: str = ""
    provenance: str = ""
    licence: str = ""
    notes: str = ""
    tags: tuple[str, ...] = Field(default=(), strict=False)


class Caller(_Closed):
    """Who rings. No ``number``: it is withheld. ``sms_number`` gets the one-time code where it is another number.
    ``attestation`` is the carrier's word on the number: the level of one that passed, such as ``A``, or Twilio's whole
    ``StirVerstat`` of another."""

    number: str | None = None
    sms_number: str | None = None
    attestation: str | None = None
    language: str = "en-US"

    @field_validator("number", "sms_number")
    @classmethod
    def _dialable(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                PhoneNumber(value)
            except InvalidIdentity as error:
                raise ValueError(str(error)) from None
        return value

    @property
    def stir_verstat(self) -> str | None:
        if self.attestation is None or self.attestation.startswith("TN-"):
            return self.attestation
        return f"TN-Validation-Passed-{self.attestation}"

    @property
    def texts_to(self) -> str | None:
        return self.sms_number or self.number


class Turn(_Closed):
    """What the caller does once, when a prompt whose id matches the glob ``when`` has played.

    Exactly one of ``say`` (an audio file), ``say_digits`` with ``digits_dir`` (single-digit clips ``0.flac`` to
    ``9.flac``), ``keys``, ``silence`` (seconds) or ``hang_up``. ``after_ms`` counts from the moment the prompt starts
    to play, and so barges in. ``words`` is what is said, for the word error.
    """

    when: Annotated[str, Field(min_length=1, max_length=80)]
    say: str | None = None
    say_digits: str | None = None
    digits_dir: str | None = None
    keys: str | None = None
    silence: Annotated[float, Field(gt=0, le=60, strict=False)] | None = None
    hang_up: Literal[True] | None = None
    after_ms: Annotated[int, Field(ge=0, le=120_000)] | None = None
    words: str | None = None

    @model_validator(mode="after")
    def _one_deed(self) -> Self:
        given = [n for n in ("say", "say_digits", "keys", "silence", "hang_up") if getattr(self, n) is not None]
        if len(given) != 1:
            raise ValueError("give exactly one of say, say_digits, keys, silence, hang_up")
        if (self.say_digits is None) != (self.digits_dir is None):
            raise ValueError("say_digits and digits_dir go together")
        for name, allowed in (("keys", "0123456789*#"), ("say_digits", "0123456789")):
            text = getattr(self, name)
            plain = None if text is None else text.replace(CODE_PLACE, "0")
            if plain is not None and (not plain or set(plain) - set(allowed)):
                raise ValueError(f"{name} holds only {allowed} and {CODE_PLACE}")
        if self.words is not None and self.say is None and self.say_digits is None:
            raise ValueError("words go with say or say_digits")
        return self

    @property
    def wants_code(self) -> bool:
        return CODE_PLACE in (self.keys or self.say_digits or "")

    @property
    def said(self) -> str | None:
        """The words of the turn in plain form, or ``None`` where nothing is said or it is a secret."""
        if self.words is not None or self.say_digits is None or self.wants_code:
            return self.words
        return " ".join(DIGIT_WORDS[int(digit)] for digit in self.say_digits)


class Borrowed(_Closed):
    """A loan that was asked for, given and paid back."""

    amount: str
    term_months: Annotated[int, Field(ge=1, le=120)]
    purpose: Annotated[Purpose, Field(strict=False)]


class Earlier(_Closed):
    """One earlier call of the house: who applied, from which number, how long ago. ``played`` are sounds of this folder
    that were heard in it; ``looked_at_by`` staff who opened its record since; ``answers`` the other fields of an
    application that was decided then, in journal form; ``loan`` what came of it. ``unfinished``: the caller hung up
    after these answers, and the application waits."""

    hours_ago: Annotated[float, Field(gt=0, le=2160, strict=False)]
    name: str
    born: date
    last4: str
    number: str
    played: tuple[str, ...] = Field(default=(), strict=False)
    looked_at_by: tuple[str, ...] = Field(default=(), strict=False)
    answers: dict[str, str] = Field(default_factory=dict)
    loan: Borrowed | None = None
    unfinished: bool = False

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if self.loan is not None and not {"monthly_income", "employment", "monthly_debt"} <= set(self.answers):
            raise ValueError("a loan needs the answers it was given on: monthly_income, employment, monthly_debt")
        if self.unfinished and self.loan is not None:
            raise ValueError("no loan comes of an unfinished application")
        try:
            PersonName(self.name), Last4(self.last4), PhoneNumber(self.number)
        except InvalidIdentity as error:
            raise ValueError(str(error)) from None
        return self


class Channel(_Closed):
    """What the line does to the caller's voice: ``noise`` is the speech-to-noise ratio in dB (none: a quiet line),
    ``codec`` what it passed before the 8 kHz mu-law, ``loss`` the per cent of 20 ms packets lost. Without ``stream`` no
    stream can be opened; ``breaks`` are the seconds of the call at which a stream breaks."""

    noise: Annotated[float, Field(ge=-10, le=60, strict=False)] | None = None
    codec: Literal["mulaw", "narrow", "gsm"] = "mulaw"
    loss: Annotated[float, Field(ge=0, le=50, strict=False)] = 0.0
    stream: bool = True
    breaks: tuple[Annotated[float, Field(gt=0, le=1200, strict=False)], ...] = Field(default=(), strict=False)


class Expect(_Closed):
    """What must come out; a key that is absent is not compared.

    ``outcome`` is the call's outcome, ``decision`` the decision's, ``ends`` what the caller saw, ``reasons`` codes
    that must be among the decision's, ``unheard`` slots that must not have been taken, ``cut_short`` the prompts that
    were stopped before their end, in order, and no others,
    ``risk_reasons``, ``risk_signals`` (found, above zero) and ``typologies`` what the last risk report must name.
    """

    outcome: str | None = None
    decision: Literal["approve", "decline", "review", "incomplete"] | None = None
    ends: Literal["completed", "handed_over", "hung_up"] | None = None
    slots: dict[str, str | int | bool] = Field(default_factory=dict)
    unheard: tuple[str, ...] = Field(default=(), strict=False)
    reasons: tuple[str, ...] = Field(default=(), strict=False)
    cut_short: tuple[str, ...] | None = Field(default=None, strict=False)
    risk_band_at_most: Literal["clear", "observe", "step_up", "hold"] | None = None
    risk_band_at_least: Literal["clear", "observe", "step_up", "hold"] | None = None
    risk_reasons: tuple[str, ...] = Field(default=(), strict=False)
    risk_signals: tuple[str, ...] = Field(default=(), strict=False)
    typologies: tuple[str, ...] = Field(default=(), strict=False)
    prompts_at_most: Annotated[int, Field(ge=0)] | None = None
    reasks_at_most: Annotated[int, Field(ge=0)] | None = None
    word_error_at_most: Annotated[float, Field(ge=0, strict=False)] | None = None
    answer_ms_at_most: Annotated[float, Field(gt=0, strict=False)] | None = None


class CallFixture(_Closed):
    """One fixture call. ``seed`` fixes the noise, the losses and the caller's reaction times; ``history`` is what
    happened in the house before."""

    about: About = Field(default_factory=About)
    caller: Caller
    turn: tuple[Turn, ...] = Field(strict=False, min_length=1)
    channel: Channel = Field(default_factory=Channel)
    history: tuple[Earlier, ...] = Field(default=(), strict=False)
    expect: Expect = Field(default_factory=Expect)
    seed: Annotated[int, Field(ge=0)] = 1
    _path: Path = PrivateAttr(default=Path())

    @property
    def path(self) -> Path:
        return self._path

    @property
    def name(self) -> str:
        return self._path.name.removesuffix(SUFFIX)

    def file(self, relative: str) -> Path:
        """An audio file named in the fixture, beside it."""
        return self._path.parent / relative

    def clips(self, turn: Turn) -> tuple[Path, ...]:
        """Every audio file the turn may need."""
        if turn.say is not None:
            return (self.file(turn.say),)
        if turn.digits_dir is not None:
            digits = "0123456789" if turn.wants_code else sorted(set(turn.say_digits or ""))
            return tuple(self.file(turn.digits_dir) / f"{digit}.flac" for digit in digits)
        return ()


def read_fixture(path: Path) -> CallFixture:
    """Read and check one file. Raises ``InvalidFixture`` whose ``field`` is ``<file name>:<field>``."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise InvalidFixture(path.name, "there is no such file; give the path of a *.call.toml file") from None
    except (OSError, UnicodeDecodeError):
        raise InvalidFixture(path.name, "cannot be read as text; give the path of a *.call.toml file") from None
    except tomllib.TOMLDecodeError as error:
        raise InvalidFixture(path.name, f"is not TOML: {error}") from None
    try:
        fixture = CallFixture.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidFixture(f"{path.name}:{where}", first["msg"].removeprefix("Value error, ")) from None
    fixture._path = path.resolve()  # the model's own private attribute, set once here
    for number, turn in enumerate(fixture.turn):
        for clip in fixture.clips(turn):
            if not clip.is_file():
                field = "say" if turn.say is not None else "digits_dir"
                raise InvalidFixture(f"{path.name}:turn.{number}.{field}", f"there is no audio file {clip.name} there")
    for number, earlier in enumerate(fixture.history):
        for name in earlier.played:
            if not fixture.file(name).is_file():
                raise InvalidFixture(f"{path.name}:history.{number}.played", f"there is no audio file {name} there")
    return fixture


def find_fixtures(paths: Iterable[Path]) -> list[Path]:
    """Every fixture file at or below the paths, each once, in name order. Raises ``InvalidFixture`` when a path
    holds none."""
    found: dict[Path, None] = {}
    for path in paths:
        here = sorted(path.rglob(f"*{SUFFIX}")) if path.is_dir() else [path]
        if not here:
            raise InvalidFixture(path.name, f"holds no *{SUFFIX} file; give a folder or a file that does")
        found.update(dict.fromkeys(here))
    return list(found)
