"""`callwatch batch`: a whole archive on the cores of this machine, or of a cluster."""

import time
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from callwatch.app.archive.engine import EngineSettings
from callwatch.cli.archive_options import Manifest, NameExpression, Pairs, Pattern, selected
from callwatch.cli.console import err, out, print_json
from callwatch.cli.history_option import JsonOption
from callwatch.cli.options import (
    Channels,
    EngineName,
    Experimental,
    LanguageName,
    ModelDir,
    configured,
    parse_channels,
)
from callwatch.core.errors import CallwatchError

if TYPE_CHECKING:
    from callwatch.app.archive.batch import BatchCounts


def batch(
    sources: Annotated[
        list[str] | None,
        typer.Argument(help="Folders, recordings, or addresses such as s3://BUCKET/FOLDER."),
    ] = None,
    *,
    store_url: Annotated[
        str,
        typer.Option(
            "--out", metavar="STORE_URL", help="History to write: a file, or postgresql://..."
        ),
    ],
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="ADDRESS", help="A running Dask scheduler."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Processes here; else one a core.")
    ] = None,
    language: LanguageName = None,
    engine: EngineName = None,
    model: ModelDir = None,
    channels: Channels = "agent,customer",
    pattern: Pattern = None,
    pairs: Pairs = None,
    name_pattern: NameExpression = None,
    manifest: Manifest = None,
    experimental: Experimental = None,
    as_json: JsonOption = False,
) -> None:
    """Measure an archive into a history; the same command again goes on where it stopped.

    No report is written for each call: `callwatch calls` shows and exports them.
    """
    from callwatch.app.archive.batch import BatchPlan, run_batch
    from callwatch.app.archive.cluster import opened_client
    from callwatch.store.archive import ArchiveStore

    if not (sources or manifest):
        raise typer.BadParameter("name at least one source")
    config = configured(language, engine, model, experimental)
    plan = BatchPlan(
        tuple(sources or ()),
        EngineSettings(config, parse_channels(channels)),
        tuple(manifest or ()),
        selected(pattern, pairs, name_pattern),
    )
    with (
        ArchiveStore(store_url) as store,
        opened_client(scheduler, workers) as client,
        _Shown() as shown,
    ):
        counts = run_batch(plan, store, client, shown.update)
    if as_json:
        print_json(
            {
                "measured": counts.measured,
                "skipped": counts.skipped,
                "hours": round(counts.audio_s / 3600, 4),
                "faults": counts.faults,
            }
        )
    else:
        out.print(
            f"calls measured: {counts.measured} ({counts.audio_s / 3600:.2f} hours), "
            f"already there: {counts.skipped}, faults: {len(counts.faults)}"
        )
    if counts.faults:
        raise CallwatchError("\ncallwatch: ".join(counts.faults))


class _Shown:
    """A line on stderr: calls, hours of audio, and how fast they come."""

    def __init__(self) -> None:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        self._progress = Progress(
            *columns, console=err, transient=True, disable=not err.is_terminal
        )
        self._task = self._progress.add_task("looking", total=None)
        self._began_s = time.monotonic()

    def __enter__(self) -> "_Shown":
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    def update(self, counts: "BatchCounts") -> None:
        """Show how far it has come."""
        hours = counts.audio_s / 3600
        rate = 3600 * hours / max(time.monotonic() - self._began_s, 1e-9)
        text = f"{counts.files} calls, {hours:.1f} h of audio, {rate:.0f} h an hour"
        self._progress.update(
            self._task, description=text, completed=counts.files, total=counts.total
        )
