"""`answerable usage`: what model calls used and cost."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from answerable.cli.client import Client
from answerable.cli.failure import CommandFailed
from answerable.cli.options import AsJson, DataDir, Key, Url, find_server
from answerable.cli.wire import UsageFigures, UsageGroup, UsageReport

app = typer.Typer()

_PATH = "/api/v1/usage"
_PAGE = 200
_SMALL = 0.01


@app.command("usage")
def usage(  # noqa: PLR0913 - each is an option of the command
    *,
    by: Annotated[
        str, typer.Option("--by", help="Day, model, key, member, route, stage and others, comma-separated.")
    ] = "day,model",
    since: Annotated[
        datetime | None, typer.Option("--from", help="From then on, UTC.", show_default="30 days ago")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", help="Until then, UTC.", show_default="now")
    ] = None,
    url: Url = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV with every digit of the cost.")] = False,
) -> None:
    """Show what model calls used and cost: everybody's for administrators, one's own for others."""
    if as_json and as_csv:
        raise CommandFailed("choose one of --json and --csv.")
    parameters: dict[str, str | int] = {"group_by": by}
    for name, moment in (("from", since), ("to", until)):
        if moment is not None:
            parameters[name] = moment.replace(tzinfo=moment.tzinfo or UTC).isoformat()
    with Client.of(find_server(url, key, data_dir)) as client:
        if as_csv:
            typer.echo(client.get_raw(_PATH, format="csv", **parameters).text, nl=False)
            return
        if as_json:
            typer.echo(client.get_raw(_PATH, limit=_PAGE, **parameters).text)
            return
        report = _whole(client, parameters)
    _print(Console(), report)


def _whole(client: Client, parameters: dict[str, str | int]) -> UsageReport:
    """Every page of the report as one."""
    report = client.get(_PATH, UsageReport, limit=_PAGE, **parameters)
    while report.next_cursor is not None:
        page = client.get(_PATH, UsageReport, limit=_PAGE, cursor=report.next_cursor, **parameters)
        report = page.model_copy(update={"items": report.items + page.items})
    return report


def _print(console: Console, report: UsageReport) -> None:
    table = Table(*report.group_by, box=None, header_style="bold", show_footer=True)
    for name in ("calls", "failed", "input", "output", "cost (USD)"):
        table.add_column(name, justify="right")
    for item in report.items:
        table.add_row(*_names(report, item), *_cells(item))
    for column, cell in zip(table.columns[-5:], _cells(report.totals), strict=True):
        column.footer = Text(cell, style="bold")
    console.print(table)
    days = f"{report.since:%Y-%m-%d} to {report.until:%Y-%m-%d}, UTC"
    console.print(Text(days, style="dim"))
    if report.totals.unpriced_calls:
        console.print(
            Text(
                f"{report.totals.unpriced_calls} calls have no known price and count 0 here.", style="yellow"
            )
        )


def _names(report: UsageReport, item: UsageGroup) -> list[Text]:
    # Names come from whoever calls: plain text, no markup.
    return [Text(item.group.get(name) or "–") for name in report.group_by]


def _cells(figures: UsageFigures) -> tuple[str, ...]:
    return (
        f"{figures.calls:,}",
        f"{figures.failed_calls:,}",
        f"{figures.input_tokens:,}",
        f"{figures.output_tokens:,}",
        _dollars(figures.cost_usd),
    )


def _dollars(cost: float) -> str:
    """Four decimals, or as many as show two digits of a smaller cost: a short call's is far below a cent."""
    if cost == 0 or cost >= _SMALL:
        return f"{cost:,.4f}"
    return f"{Decimal(f'{cost:.1e}'):f}"
