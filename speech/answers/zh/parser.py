"""Mandarin answers of every kind: commands first, then corrections, then the value itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

from speech.answers.choosing import Chooser
from speech.answers.data import load
from speech.answers.model import Command, DateParts, Kind, Parsed, Reading
from speech.answers.phrases import PhraseTable, expand
from speech.answers.zh.amount import amounts
from speech.answers.zh.date import dates
from speech.answers.zh.digits import digits
from speech.answers.zh.numbers import number
from speech.answers.zh.term import terms
from speech.answers.zh.text import plain

__all__ = ["parse"]

_FILE = load("zh", "phrases")
_FIRM = frozenset({Command.AGENT, Command.NOT_MY_LOAN, Command.STOP})
#: "不是一万是两万": the first is denied, the second stands.
_NOT_BUT = re.compile(r"^.*?不是.{1,20}?(?:而是|应该是|是)(?P<after>.+)$")
_MARKER = re.compile(
    r"(?:我说错了|说错了|弄错了|搞错了|错了|不对|应该是|我是说|我的意思是|改成|改为|换成|更正|等一下|等等|抱歉|对不起|不好意思|不是)"
)
_CHANGE = re.compile(r"改|更正|错|不对|不是|换|应该")
_NAME_FRAME = re.compile(
    r"^(?:你好|您好|喂|是的|好的)*(?:我的名字(?:叫|是)?|我的姓名是|姓名是?|名字(?:叫|是)?|我叫做?|我是|叫|免贵姓|我姓|姓)?"
)
_NOT_IN_NAMES = re.compile(r"[的吗么什我你他她是不了要想个年月日号元块钱0-9a-z]|贷款|知道|谢谢|多少|怎么")
_CHOOSERS = {
    Kind.PURPOSE: Chooser(_FILE["purpose"], list, frozenset("不没")),
    Kind.EMPLOYMENT: Chooser(_FILE["employment"], list, frozenset("不没")),
}


def _phrases(section: dict[str, list[str]], *parts: str) -> Iterator[str]:
    for part in parts:
        for template in section.get(part, ()):
            yield from (phrase.replace(" ", "") for phrase in expand(template))


def _commands(*parts: str) -> PhraseTable[Command]:
    entries = _FILE["commands"].items()
    return PhraseTable(((p, Command(name)) for name, section in entries for p in _phrases(section, *parts)), list)


_ALONE, _ANYWHERE = _commands("alone", "anywhere"), _commands("anywhere")
_SAYS: PhraseTable[bool | None] = PhraseTable(
    (
        (phrase, meaning)
        for name, meaning in (("yes", True), ("no", False), ("neither", None))
        for phrase in _phrases(_FILE[name], "alone")
    ),
    list,
)
_TOPICS = PhraseTable(((word, topic) for topic, all_ in _FILE["topics"].items() for word in all_.split()), list)
_POLITE = re.compile(r"^(?:请|麻烦|我想|我要|能不能|可以|请问)+|(?:谢谢|好吗|可以吗|一下)+$")


def name(text: str) -> tuple[Reading, ...]:
    """The name without what is said around it: two to four characters, or longer with a middle dot."""
    kept = _NAME_FRAME.sub("", text, count=1)
    kept = re.sub(r"^(.{1,2})(?:名叫|叫)(?=.)", r"\1", kept)
    if not re.fullmatch(r"[\u4e00-\u9fff]{2,6}", kept) or _NOT_IN_NAMES.search(kept) or number(kept, 0):
        return ()
    return (Reading(kept),)


_READERS: dict[Kind, Callable[[str], tuple[Reading, ...]]] = {
    Kind.DIGITS: digits,
    Kind.AMOUNT: amounts,
    Kind.TERM: terms,
    Kind.NAME: name,
    Kind.PURPOSE: _CHOOSERS[Kind.PURPOSE].choose,
    Kind.EMPLOYMENT: _CHOOSERS[Kind.EMPLOYMENT].choose,
}


def parse(kind: Kind, text: str, today: date | None) -> Parsed:
    """Understand one answer in Mandarin; the contract is that of ``speech.answers.parsing.parse``."""
    said = plain(text)
    if not said:
        return Parsed(kind)
    command = _ALONE.whole(said) or _ALONE.whole(_POLITE.sub("", said))
    if command:
        return Parsed(kind, command=command[0])
    parsed = _yes_no(said) if kind is Kind.YES_NO else _value(kind, said, today)
    inside = [match.labels[0] for match in _ANYWHERE.find(said)]
    chosen = next((one for one in inside if one in _FIRM), inside[0] if inside and not parsed.readings else None)
    if chosen is None:
        return parsed
    return Parsed(kind, parsed.readings, chosen, parsed.corrects, parsed.topic, parsed.tail, parsed.parts)


def _value(kind: Kind, said: str, today: date | None) -> Parsed:
    before, after, topic = _corrected(said)
    if kind is Kind.DATE:
        known = _known(before, today)
        whole, parts = dates(after, today, known)
        return Parsed(kind, whole, corrects=after != said and not known, topic=topic, parts=parts)
    read = _READERS[kind]
    readings = read(after)
    if after != said and not readings:
        return Parsed(kind, read(said), corrects=topic is not None, topic=topic)
    return Parsed(kind, readings, corrects=after != said and not read(before), topic=topic)


def _known(text: str, today: date | None) -> tuple[DateParts, ...]:
    whole, parts = dates(text, today)
    found = tuple(reading.value for reading in whole if isinstance(reading.value, date))
    return tuple(DateParts(day.year, day.month, day.day) for day in found) or parts


def _corrected(said: str) -> tuple[str, str, str | None]:
    """The text before and after the last correction, and the field it names; without one, all of it is "after"."""
    topics = _TOPICS.find(list(said)) if _CHANGE.search(said) else []
    topic = topics[0].labels[0] if topics else None
    turned = _NOT_BUT.match(said)
    if turned:
        return "", turned["after"], topic
    markers = list(_MARKER.finditer(said))
    if markers:
        return said[: markers[-1].start()].removesuffix("不"), said[markers[-1].end() :], topic
    if said[0] == "不" and len(said) > 1 and number(said, 1):
        return "", said[1:], topic
    return "", said, topic


def _yes_no(said: str) -> Parsed:
    meanings: list[bool] = []
    left = ""
    place = 0
    characters = list(said)
    while place < len(characters):
        match = _SAYS.at(characters, place)
        if match is None:
            left += characters[place]
            place += 1
            continue
        if match.labels[0] is not None and not (left and match.end - match.start == 1):
            meanings.append(match.labels[0])
        elif match.labels[0] is not None:
            left += characters[place]
        place = match.end
    kept = dict.fromkeys(reversed(meanings))
    _, _, topic = _corrected(said)
    tail = re.sub(r"^(?:但是?|不过|可是|的|是|了)+", "", left)
    return Parsed(
        Kind.YES_NO,
        tuple(Reading(meaning, cost=float(rank)) for rank, meaning in enumerate(kept)),
        corrects=topic is not None or (False in kept and bool(re.search(r"\d|[一二三四五六七八九十]", tail))),
        topic=topic,
        tail="" if tail in {"谢谢", "你", "您", "我"} else tail,
    )
