"""Large and many files, in the words of the project's own documentation, each as often as it is there."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import numpy as np

_DOCS = Path(__file__).parents[1] / "docs"
_BLOCK = 200_000
_SENTENCE, _PARAGRAPH = 13, 6
_LINES = 40
_WORD = re.compile(r"[a-z]{2,}")


class Prose:
    """Sentences of English words, each different."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        texts = (path.read_text().lower() for path in sorted(_DOCS.rglob("*.md")))
        counted = Counter(word for text in texts for word in _WORD.findall(text))
        self._words = np.array(list(counted))
        counts = np.array(list(counted.values()), dtype=float)
        self._cumulative = np.cumsum(counts / counts.sum())

    def paragraphs(self, words: int) -> str:
        """About so many words, in paragraphs of six sentences."""
        drawn = self._words[np.searchsorted(self._cumulative, self._random.random(words)).clip(0, None)]
        sentences = [
            " ".join(drawn[start : start + _SENTENCE]).capitalize() + "."
            for start in range(0, words, _SENTENCE)
        ]
        return "\n\n".join(
            " ".join(sentences[start : start + _PARAGRAPH]) for start in range(0, len(sentences), _PARAGRAPH)
        )


def fact(number: int) -> str:
    """A sentence that stands in one file alone."""
    return f"The harbour master of Lindau{_code(number)} keeps {number + 41} grey herons."


def question(number: int) -> str:
    """What the fact answers."""
    return f"How many grey herons does the harbour master of Lindau{_code(number)} keep?"


def _code(number: int) -> int:
    return 13 * number + 5  # does not count pages, as running heads do


def _paragraph(number: int) -> str:
    return f"At the lake there is much to see. {fact(number)} They stand on the pier each morning.\n\n"


def write_long(path: Path, megabytes: float, seed: int) -> None:
    """One text with a fact (0, 1, 2) at its beginning, in its middle and at its end."""
    prose, wanted, written = Prose(seed), int(megabytes * 1e6), 0
    with path.open("w") as file:
        written += file.write(_paragraph(0))
        middle = False
        while written < wanted:
            if not middle and written >= wanted / 2:
                written += file.write(_paragraph(1))
                middle = True
            written += file.write(prose.paragraphs(min(_BLOCK, wanted - written) // 6 + _SENTENCE) + "\n\n")
        file.write(_paragraph(2))


def small(number: int, prose: Prose) -> bytes:
    """A note of some 60 words with a fact."""
    return f"# Note {number}\n\n{fact(number)} {prose.paragraphs(52)}\n".encode()


def write_pages(path: Path, pages: int, seed: int) -> None:
    """A PDF of so many pages of forty lines; page n (from 0) begins with fact n. PDF 1.4, ISO 32000-1."""
    prose = Prose(seed)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    kids = []
    for page in range(pages):
        words = prose.paragraphs(_LINES * _SENTENCE).split()
        lines = [fact(page)] + [" ".join(words[n : n + 12]) for n in range(0, _LINES * 12, 12)]
        shown = "\n".join(f"({line}) '" for line in lines)
        stream = f"BT /F1 10 Tf 14 TL 50 800 Td\n{shown}\nET".encode()
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        content = len(objects)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % content
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, b" ".join(kids))
    with path.open("wb") as file:
        file.write(b"%PDF-1.4\n")
        places = []
        for number, body in enumerate(objects, 1):
            places.append(file.tell())
            file.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        table = file.tell()
        file.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
        file.writelines(b"%010d 00000 n \n" % place for place in places)
        file.write(
            b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
        )
