"""A call put together from human recordings (AN4 and Free Spoken Digit Dataset, see the shared audio's README)."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from ivr.rehearsal import replay_houses
from ivr.replay.compare import judge
from ivr.replay.manifest import read_fixture
from ivr.replay.runner import play_one
from ivr.settings import load_settings
from ivr.system import SystemClock

AUDIO = Path(__file__).parents[3] / "shared" / "audio"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.shared,
    pytest.mark.skipif(not AUDIO.is_dir(), reason="the shared human recordings are not beside this checkout"),
]

#: One person's words and date, another's digits: what the question hears is human in each.
_AN4 = {"yes.flac": "an4-fash/an251-fash-b.flac", "born.flac": "an4-mjes/cen8-mjes-b.flac"}
_AN4["thousand.flac"] = "an4-fkai/cen3-fkai-b.flac"

_CALL = """
[caller]
number = "+14155550111"
language = "en-US"

[[turn]]
when = "consent.ask"
say = "yes.flac"
words = "yes"

[[turn]]
when = "full_name.*"
keys = "216262#533232##"

[[turn]]
when = "national_id_last4.ask"
say_digits = "4902"
digits_dir = "digits"

[[turn]]
when = "date_of_birth.ask"
say = "born.flac"
words = "august twenty second nineteen sixty nine"

[[turn]]
when = "monthly_income.ask"
keys = "3000#"

[[turn]]
when = "employment.ask"
keys = "1"

[[turn]]
when = "monthly_debt.ask"
keys = "100#"

[[turn]]
when = "amount.ask"
say = "thousand.flac"
words = "one thousand"

[[turn]]
when = "term_months.ask"
keys = "12#"

[[turn]]
when = "purpose.ask"
keys = "3"

[[turn]]
when = "summary.ask"
say = "no.flac"
words = "no"

[[turn]]
when = "summary.which"
keys = "5"

[[turn]]
when = "amount.ask"
keys = "900#"

[[turn]]
when = "summary.ask"
say = "yes.flac"
words = "yes"

[[turn]]
when = "code.ask"
say_digits = "{sms_code}"
digits_dir = "digits"

[[turn]]
when = "code.r*"
keys = "{sms_code}"

[[turn]]
when = "offer.ask"
say = "yes.flac"
words = "yes"

[[turn]]
when = "*.confirm"
keys = "1"

[[turn]]
when = "*.confirm"
keys = "1"

[expect]
outcome = "accepted"
decision = "approve"

[expect.slots]
full_name = "Ann Lee"
national_id_last4 = "4902"
date_of_birth = "1969-08-22"
monthly_income = "3000.00"
amount = "900.00"
term_months = 12
"""


def _take(tar: str, members: dict[str, str], folder: Path) -> None:
    with tarfile.open(AUDIO / tar) as archive:
        for name, member in members.items():
            source = archive.extractfile(member)
            assert source is not None
            (folder / name).write_bytes(source.read())


def _no_of_somebody() -> str:
    rows = (line.split("\t") for line in (AUDIO / "an4.tsv").read_text("utf-8").splitlines())
    return next(row[0] for row in rows if row[3] == "no")


async def test_human_digits_dates_yes_and_no(tmp_path: Path) -> None:
    digits = tmp_path / "digits"
    digits.mkdir()
    _take("an4.tar", _AN4 | {"no.flac": _no_of_somebody()}, tmp_path)
    _take("fsdd.tar", {f"{n}.flac": f"fsdd-jackson/{n}_jackson_10.flac" for n in range(10)}, digits)
    path = tmp_path / "human.call.toml"
    path.write_text(_CALL, "utf-8")
    async with replay_houses(load_settings(data_dir=tmp_path / "data")) as house:
        played = await play_one(read_fixture(path), house, SystemClock())
    verdict = judge(played)
    assert verdict.ok, [f"{each.what}: {each.got}, expected {each.expected}" for each in verdict.differences]
