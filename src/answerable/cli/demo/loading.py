"""What the demo puts into a fresh server: a person, a key, and the sample company's files."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from answerable.cli.account import credentials_of, make_key, register
from answerable.cli.client import Client
from answerable.cli.credentials import Credentials, read_credentials, write_credentials
from answerable.cli.failure import CommandFailed
from answerable.cli.ingest.finding import Found, find_files
from answerable.cli.ingest.progress import Bars
from answerable.cli.ingest.run import Ingestion, Outcome, ingest_files
from answerable.cli.samples.generate import write_samples
from answerable.cli.samples.questions import Question, read_questions

EMAIL = "demo@example.com"
_WORKSPACE = "Lindmoor Coffee Equipment"


def ensure_account(data_dir: Path, url: str) -> Credentials:
    """The demo's credentials, kept in the data folder; made by registering the first time."""
    kept = read_credentials(data_dir)
    if kept is not None and kept.email != EMAIL:
        raise CommandFailed(
            f"{data_dir} holds credentials of {kept.email}: name an empty folder with --data-dir."
        )
    if kept is not None:  # the same server on another port than last time
        moved = Credentials(url, kept.key, kept.email, kept.workspace_id, kept.password)
        write_credentials(data_dir, moved)
        return moved
    password = secrets.token_urlsafe(12)
    person = register(url, EMAIL, password, _WORKSPACE)
    key = make_key(url, person.token, {"name": "Command line of the demo", **person.key_scopes})
    credentials = credentials_of(url, person, key, password)
    write_credentials(data_dir, credentials)
    return credentials


class SampleFolder:
    """The sample company's files under the data folder, and the record of those that were uploaded."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / "samples"
        self._record = self.folder / "uploaded.json"

    def ensure(self) -> None:
        """Writes the files if they are not there; they stay as of the day of the first start."""
        if not (self.folder / "questions.yaml").exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            write_samples(self.folder, datetime.now(UTC).date())

    def missing(self) -> list[Found]:
        """The files that have not been uploaded yet."""
        done = self._uploaded()
        files = find_files([self.folder / "documents", self.folder / "tables"])
        return [file for file in files if file.path.name not in done]

    def note_uploaded(self, name: str) -> None:
        """Remembers a file, so that a later start leaves it alone."""
        self._record.write_text(json.dumps(sorted({*self._uploaded(), name}), indent=1), encoding="utf-8")

    def demo_questions(self) -> list[Question]:
        """The questions to try first."""
        questions = read_questions((self.folder / "questions.yaml").read_text(encoding="utf-8"))
        return [question for question in questions if question.demo]

    def _uploaded(self) -> set[str]:
        return set(json.loads(self._record.read_text(encoding="utf-8"))) if self._record.exists() else set()


class _RecordingBars(Bars):
    """Progress that also remembers what is done, for a start that is interrupted."""

    def __init__(self, files: Sequence[Found], samples: SampleFolder) -> None:
        super().__init__(files)
        self._samples = samples

    def ended(self, ingestion: Ingestion) -> None:
        super().ended(ingestion)
        if ingestion.outcome in (Outcome.READY, Outcome.UNCHANGED):
            self._samples.note_uploaded(ingestion.file.path.name)


def load_samples(samples: SampleFolder, credentials: Credentials) -> list[Ingestion]:
    """Uploads what is missing and waits until it is ready; returns the files that the server could not take.

    CommandFailed when the server cannot be talked to.
    """
    samples.ensure()
    files = samples.missing()
    if not files:
        return []
    with Client(credentials.url, credentials.key) as client, _RecordingBars(files, samples) as bars:
        ingestions = ingest_files(client, files, bars)
    return [one for one in ingestions if one.outcome is Outcome.FAILED]
