"""The command `answerable demo`."""

from __future__ import annotations

import shlex
import shutil
import signal
import sys
from pathlib import Path

import typer
from rich.console import Console
from rich.text import Text

from answerable.cli.account import browser_link
from answerable.cli.client import Client
from answerable.cli.credentials import FILE_NAME, Credentials, default_data_dir, read_credentials
from answerable.cli.demo.loading import SampleFolder, ensure_account, load_samples
from answerable.cli.demo.server import DemoServer
from answerable.cli.failure import CommandFailed
from answerable.cli.options import DataDir
from answerable.cli.process_options import Port, load_settings
from answerable.kit.settings import Settings

app = typer.Typer()


@app.command("demo")
def demo(*, port: Port = None, data_dir: DataDir = None) -> None:
    """Start everything with a sample company to ask about. Ctrl-C stops all of it.

    The first start registers demo@example.com, invents a company's documents and tables and uploads them
    through the API; later starts find all of it in the data folder.
    """
    settings = load_settings(data_dir, port=port)
    samples = SampleFolder(settings.data_dir)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    console = Console()
    if _runs_already(settings):
        kept = read_credentials(settings.data_dir)
        assert kept is not None
        _load(samples, kept)
        _welcome(console, settings, kept, samples)
        return
    try:
        with DemoServer(settings) as server:
            with console.status("Starting PostgreSQL, web and worker processes …"):
                server.wait_until_ready()
            credentials = ensure_account(settings.data_dir, server.address)
            _load(samples, credentials)
            _welcome(console, settings, credentials, samples)
            console.print("Ctrl-C stops everything; the next start finds it as it was.", style="dim")
            server.wait()
    except KeyboardInterrupt:
        console.print("Stopped.")


def _runs_already(settings: Settings) -> bool:
    """Whether this demo's server is up. CommandFailed when a server that is not ours holds the port."""
    address = f"http://{settings.http.host}:{settings.http.port}"
    with Client(address) as client:
        if not client.answers():
            return False
    kept = read_credentials(settings.data_dir)
    if kept is not None and kept.url == address:
        return True
    raise CommandFailed(f"another server runs at {address}: stop it, or choose a port with --port.")


def _load(samples: SampleFolder, credentials: Credentials) -> None:
    """A sample that fails is named; the others are there to ask about."""
    for failed in load_samples(samples, credentials):
        typer.echo(f"answerable: {failed.file.path.name} could not be read: {failed.detail}", err=True)


def _welcome(console: Console, settings: Settings, credentials: Credentials, samples: SampleFolder) -> None:
    kept = _short(settings.data_dir / FILE_NAME)
    password = credentials.password or f"as you chose it (the API key is in {kept})"
    lines = Text()
    lines.append("\nAnswerable is ready", style="bold green").append(f" at {credentials.url}\n\n")
    if credentials.password is not None:
        link = browser_link(credentials.url, credentials.email, credentials.password)
        lines.append("  Open      ", style="dim").append(f"{link}\n", style="cyan")
        lines.append("            signs you in, once\n", style="dim")
    lines.append("  Sign in   ", style="dim").append(f"{credentials.email}, password {password}\n")
    lines.append("  API       ", style="dim").append(f"{credentials.url}/docs, API key in {kept}\n")
    lines.append("  Samples   ", style="dim").append(f"{_short(samples.folder)}\n\nTry:\n")
    for question in samples.demo_questions():
        lines.append(f"  {_ask_line(settings.data_dir, question.text)}\n", style="cyan")
    console.print(lines, soft_wrap=True)


def _ask_line(data_dir: Path, question: str) -> str:
    """The line that asks the question, as it works in this shell."""
    name = "answerable"
    if shutil.which(name) is None:
        name = shlex.quote(_short(Path(sys.executable).parent / name))
    folder = "" if data_dir == default_data_dir() else f" --data-dir {shlex.quote(_short(data_dir))}"
    return f'{name} ask{folder} "{question}"'


def _short(path: Path) -> str:
    """The path as seen from here, where it lies below."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
