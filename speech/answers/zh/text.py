"""Mandarin text to plain characters: simplified number characters, no spaces, no filler sounds."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["LONGEST", "plain"]

#: A longer text is no answer to any question.
LONGEST = 400
_SAME = str.maketrans(
    "兩萬億點塊個號歲壹贰叁肆伍陆柒捌玖拾佰仟〇○圆貳參陸", "两万亿点块个号岁一二三四五六七八九十百千零零元二三六"
)
_FILLERS = re.compile(r"嗯嗯|那个|就是说|这个嘛|[呃啊哦噢呀吧呢嘛哈唉哎诶]")
_NOISE = re.compile(r"(?<=[0-9]),(?=[0-9]{3})|[\s·•。，、！？!?;；:：\"'“”‘’…~]+|(?<![0-9]),|,(?![0-9])")


def plain(text: str) -> str:
    """NFKC, lower case, fillers and punctuation gone; full stops and hyphens between figures stay."""
    if len(text) > LONGEST:
        return ""
    return _FILLERS.sub("", _NOISE.sub("", unicodedata.normalize("NFKC", text).lower().translate(_SAME)))
