"""Applications, decisions, risk reports, journal entries and transcript lines as JSON-ready values, and back, exactly.

The shape follows the dataclasses: a field is a key; ``Money`` is ``{"amount": "2500.00", "currency": "USD"}``, a
``Decimal`` a plain string, dates and times ISO 8601 (times with their offset), enumerations their value, masked
types their plain text, tuples arrays. Reading is strict: an unknown key, a missing key (unless the field has a
default), a wrong type or a value out of range raises ``InvalidInput`` that names the field in dotted form.
"""

from __future__ import annotations

import dataclasses
import json
import math
import types
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from core.applicant import Last4, PersonName, PhoneNumber
from core.errors import InvalidInput
from core.money import Money

__all__ = ["from_json", "from_plain", "to_json", "to_plain"]

T = TypeVar("T")

_MASKED = (PhoneNumber, PersonName, Last4)


def to_json(value: object) -> bytes:
    """Canonical JSON: sorted keys, no spaces, UTF-8. Equal values give equal bytes."""
    return json.dumps(
        to_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def from_json(kind: type[T], text: bytes | str) -> T:
    """The inverse of ``to_json``. Raises ``InvalidInput`` for anything that is not exactly a ``kind``."""
    try:
        data = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise InvalidInput(kind.__name__, "write it as one JSON document") from None
    return from_plain(kind, data)


def to_plain(value: object, at: str = "") -> Any:
    """``value`` as JSON-ready data. Raises ``InvalidInput`` for something JSON cannot hold exactly."""
    return _writer(type(value))(value, (None, at))


#: Where a value lies, as (where its container lies, its name or index there). Spelled out only when it is refused:
#: a stored decision holds thousands of values.
_Way = tuple[Any, str | int]
_Writer = Callable[[Any, _Way], Any]
_FOUND: dict[type[Any], _Writer] = {}


def _writer(kind: type[Any]) -> _Writer:
    """How values of exactly this type are written; found once for each type."""
    if kind not in _FOUND:
        _FOUND[kind] = _find_writer(kind)
    return _FOUND[kind]


def _find_writer(kind: type[Any]) -> _Writer:
    for known, write in _WRITERS:
        if issubclass(kind, known):
            return write
    if dataclasses.is_dataclass(kind):
        return _fields_writer(tuple(field.name for field in dataclasses.fields(kind)))
    return lambda value, way: _json_value(value, _spelled(way))


def _fields_writer(names: tuple[str, ...]) -> _Writer:
    def write(value: Any, way: _Way) -> dict[str, Any]:
        found = {}
        for name in names:
            item = getattr(value, name)
            found[name] = _writer(type(item))(item, (way, name))
        return found

    return write


def _write_tuple(value: tuple[Any, ...], way: _Way) -> list[Any]:
    return [_writer(type(item))(item, (way, index)) for index, item in enumerate(value)]


def _spelled(way: _Way) -> str:
    around, name = way
    if around is None:
        return str(name)
    before = _spelled(around)
    return f"{before}[{name}]" if isinstance(name, int) else _dotted(before, name)


def from_plain(kind: type[T], data: Any, at: str = "") -> T:
    """Build a ``kind`` of JSON-ready data; ``at`` is the dotted name used in errors."""
    return cast("T", _read(kind, data, at or kind.__name__, {}))


def _read(kind: Any, data: Any, at: str, names: dict[Any, Any]) -> Any:
    kind = names.get(kind, kind)
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        if data is None and type(None) in args:
            return None
        (only,) = [arg for arg in args if arg is not type(None)]
        return _read(only, data, at, names)
    if origin is tuple:
        return _read_tuple(args, data, at, names)
    if kind is Any:
        return _json_value(data, at)
    if origin is dict:
        return _json_value(_of(dict, data, at), at)
    if kind in _SCALARS:
        return _SCALARS[kind](data, at)
    if dataclasses.is_dataclass(origin or kind):
        return _read_fields(kind, data, at)
    if issubclass(kind, Enum):
        return _read_enum(kind, data, at)
    return _of(kind, data, at)


def _read_fields(kind: Any, data: Any, at: str) -> Any:
    origin = get_origin(kind) or kind
    names = dict(zip(getattr(origin, "__parameters__", ()), get_args(kind), strict=True))
    if not isinstance(data, dict):
        raise InvalidInput(at, "write an object")
    hints = _hints(origin)
    fields = {field.name: field for field in dataclasses.fields(origin)}
    for key in data:
        if key not in fields:
            raise InvalidInput(at, "remove the key that does not belong here; see the documented fields")
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name in data:
            values[name] = _read(hints[name], data[name], _dotted(at, name), names)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise InvalidInput(_dotted(at, name), "this field is missing; add it")
    return origin(**values)


def _read_tuple(args: tuple[Any, ...], data: Any, at: str, names: dict[Any, Any]) -> tuple[Any, ...]:
    if not isinstance(data, list):
        raise InvalidInput(at, "write an array")
    if len(args) == 2 and args[1] is Ellipsis:
        return tuple(_read(args[0], item, f"{at}[{index}]", names) for index, item in enumerate(data))
    if len(data) != len(args):
        raise InvalidInput(at, f"write an array of {len(args)} items")
    return tuple(
        _read(arg, item, f"{at}[{index}]", names) for index, (arg, item) in enumerate(zip(args, data, strict=True))
    )


def _read_money(data: Any, at: str) -> Money:
    if not isinstance(data, dict) or set(data) != {"amount", "currency"}:
        raise InvalidInput(at, 'write {"amount": "2500.00", "currency": "USD"}')
    return Money.parse(_of(str, data["amount"], at), _of(str, data["currency"], at))


def _read_decimal(data: Any, at: str) -> Decimal:
    try:
        value = Decimal(_of(str, data, at))
    except InvalidOperation:
        raise InvalidInput(at, 'write a plain decimal string, such as "12.5"') from None
    _decimal_text(value, at)
    return value


def _write_money(value: Money, _way: _Way) -> dict[str, str]:
    """Raises ``InvalidMoney`` for an amount too large to be read back."""
    text = str(value)
    if len(text) > _SURELY_READ_BACK:
        Money.parse(text, value.currency)
    return {"amount": text, "currency": value.currency}


def _decimal_text(value: Decimal, at: str) -> str:
    if not value.is_finite():
        raise InvalidInput(at or "decimal", "a finite number is needed")
    return str(value)


def _read_enum(kind: type[Enum], data: Any, at: str) -> Enum:
    for member in kind:
        if type(data) is type(member.value) and data == member.value:
            return member
    raise InvalidInput(at, "use one of " + ", ".join(str(member.value) for member in kind))


def _read_datetime(data: Any, at: str) -> datetime:
    try:
        return _moment(datetime.fromisoformat(_of(str, data, at)), at)
    except ValueError:
        raise InvalidInput(at, "write an ISO 8601 time with its offset") from None


def _read_date(data: Any, at: str) -> date:
    try:
        return date.fromisoformat(_of(str, data, at))
    except ValueError:
        raise InvalidInput(at, "write a date such as 1985-03-12") from None


def _read_float(data: Any, at: str) -> float:
    return _finite(float(data) if type(data) is int else _of(float, data, at), at)


def _moment(value: datetime, at: str) -> datetime:
    if value.tzinfo is None:
        raise InvalidInput(at or "time", "a time needs its offset from UTC")
    return value


def _of(kind: Any, data: Any, at: str) -> Any:
    if type(data) is not kind:
        raise InvalidInput(at, f"write a value of type {kind.__name__}")
    return data


def _finite(value: float, at: str) -> float:
    if not math.isfinite(value):
        raise InvalidInput(at or "number", "a finite number is needed")
    return value


def _json_value(value: Any, at: str) -> Any:
    """``value`` copied, when it is plain JSON data; a tuple or an object would not come back as it was."""
    if value is None or isinstance(value, bool) or type(value) in (int, str):
        return value
    if type(value) is float:
        return _finite(value, at)
    if type(value) is list:
        return [_json_value(item, f"{at}[{index}]") for index, item in enumerate(value)]
    if type(value) is dict and all(type(key) is str for key in value):
        return {key: _json_value(item, _dotted(at, key)) for key, item in value.items()}
    raise InvalidInput(at or "value", f"JSON cannot hold a {type(value).__name__} exactly; use plain data")


def _dotted(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    return get_type_hints(kind)


def _no_constant(_text: str) -> None:
    raise ValueError


#: An amount that is written no longer than this has at most fifteen digits before the point.
_SURELY_READ_BACK = 15
#: The first that fits is taken, so a time stands before a date, and an enumeration before what its values are.
_WRITERS: tuple[tuple[Any, _Writer], ...] = (
    ((type(None), bool), lambda value, _way: value),
    (Enum, lambda value, _way: value.value),
    (str, lambda value, way: value if type(value) is str else _json_value(value, _spelled(way))),
    (int, lambda value, way: value if type(value) is int else _json_value(value, _spelled(way))),
    (Money, _write_money),
    (_MASKED, lambda value, _way: value.value),
    (Decimal, lambda value, way: str(value) if value.is_finite() else _decimal_text(value, _spelled(way))),
    (datetime, lambda value, way: value.isoformat() if value.tzinfo else _moment(value, _spelled(way)).isoformat()),
    (date, lambda value, _way: value.isoformat()),
    (tuple, _write_tuple),
)
_SCALARS: dict[Any, Callable[[Any, str], Any]] = {
    Money: _read_money,
    Decimal: _read_decimal,
    datetime: _read_datetime,
    date: _read_date,
    float: _read_float,
    PhoneNumber: lambda data, at: PhoneNumber(_of(str, data, at)),
    PersonName: lambda data, at: PersonName(_of(str, data, at)),
    Last4: lambda data, at: Last4(_of(str, data, at)),
}
