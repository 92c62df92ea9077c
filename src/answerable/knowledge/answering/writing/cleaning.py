"""Model-written text without anything that a reader's program would fetch, run or hide."""

from __future__ import annotations

import re
import unicodedata

_IMAGE = re.compile(r"!\[[^\]\n]{0,400}\]\s{0,3}(?:\([^)\n]{0,2000}\)?|\[[^\]\n]{0,400}\])?")
_LINK = re.compile(r"\[([^\]\n]{0,400})\]\s{0,3}(?:\([^)\n]{0,2000}\)?|\[[^\]\n]{0,400}\])")
_DEFINITION = re.compile(r"^\s{0,3}\[[^\]\n]{1,400}\]:\s*\S+.*$", re.MULTILINE)
_TAG = re.compile(r"<[/!?a-zA-Z][^>\n]{0,2000}>?")
_ADDRESS = re.compile(
    r"\b(?:[a-zA-Z][a-zA-Z0-9+.-]{1,20}://|www\.|(?:javascript|data|mailto|vbscript|file|blob):)[^\s\"'<>)\]]*"
)
_MARKS = re.compile(r"[*_`~]{2,}|`|^\s{0,3}(?:#{1,6}|>+|[-*+]|\d{1,3}[.)])\s+", re.MULTILINE)
_CITED = re.compile(r"\s*\[\s*\d{1,3}(?:\s*,\s*\d{1,3})*\s*\]")
_SOURCE = "(see the source)"


def plain_sentence(text: str) -> str:
    """One line of plain text: links keep their words, images go, addresses become a pointer to the source,
    citation marks of the model's own and characters that nobody sees go."""
    visible = "".join(
        " " if letter in "\n\r\t\u2028\u2029" else letter
        for letter in text
        if letter in "\n\r\t" or unicodedata.category(letter) not in {"Cc", "Cf", "Co", "Cs"}
    )
    cleaned = _DEFINITION.sub("", visible)
    for pattern, replacement in ((_IMAGE, ""), (_CITED, ""), (_LINK, r"\1"), (_TAG, "")):
        cleaned = pattern.sub(replacement, cleaned)
    cleaned = _MARKS.sub("", _ADDRESS.sub(_SOURCE, cleaned))
    cleaned = _ADDRESS.sub(_SOURCE, cleaned).replace("<", "‹").replace(">", "›")  # marks may have parted one
    cleaned = cleaned.replace("](", "] (").replace("![", "! [").replace("://", ": //")
    return " ".join(cleaned.split())
