"""`callwatch demo`, `live` and `replay`: calls in real time, with the overlay."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from callwatch.app.calls import CallFactory, CallOutcome, progress_sink
from callwatch.app.monitor import (
    RecordingFiles,
    demo_config,
    demo_files,
    live_call,
    replay_call,
)
from callwatch.app.overlay import can_show_overlay, save_pictures
from callwatch.cli.console import err, nudge_printer, out, print_warnings, progress_bar
from callwatch.cli.options import (
    AgentFile,
    Channels,
    CustomerFile,
    EngineName,
    Experimental,
    LanguageName,
    ModelDir,
    configured,
    parse_channels,
)
from callwatch.core.errors import CallwatchError

OutDir = Annotated[
    Path | None,
    typer.Option("--out", help="Folder for the report.", show_default="a new one in this folder"),
]
ShowOverlay = Annotated[
    bool, typer.Option("--overlay/--no-overlay", help="Show the overlay when there is a display.")
]


def demo(
    out_dir: OutDir = None,
    show_overlay: ShowOverlay = True,
    engine: EngineName = None,
    model: ModelDir = None,
    real_time: Annotated[
        bool | None,
        typer.Option(
            "--real-time/--fast", help="Play in real time (the default when the overlay shows)."
        ),
    ] = None,
    experimental: Experimental = None,
) -> None:
    """Play the bundled demo call through the live pipeline and write its report."""
    config = demo_config(configured("en", engine, model, experimental))
    folder = out_dir or Path("callwatch-demo")
    desk = CallFactory(config)
    with_overlay = show_overlay and can_show_overlay()
    err.print(desk.choice.explanation, markup=False)
    if not with_overlay:
        err.print("No display: the nudges are printed here, with their call time.")
    err.print("In a real call at most one card a minute is shown; the demo shows more.")
    paced = with_overlay if real_time is None else real_time
    with progress_bar("demo call") as advance:
        outcome = replay_call(
            desk, demo_files(), folder, "demo", real_time=paced, with_overlay=with_overlay,
            in_history=True, sinks=(nudge_printer(desk.config.call.language), progress_sink(advance, None)),
        )  # fmt: skip
    if not with_overlay:
        _save_pictures(folder, desk)
    _print_outcome(outcome)


def live(
    agent: Annotated[
        str | None, typer.Option(help="The agent's microphone (see `callwatch devices`).")
    ] = None,
    customer: Annotated[
        str | None,
        typer.Option(help="What the agent hears: a loopback or monitor, or an input."),
    ] = None,
    out_dir: OutDir = None,
    show_overlay: ShowOverlay = True,
    language: LanguageName = None,
    engine: EngineName = None,
    model: ModelDir = None,
    experimental: Experimental = None,
) -> None:
    """Monitor a real call; end it with Ctrl-C or by closing the overlay."""
    config = configured(language, engine, model, experimental)
    devices = config.devices
    devices = replace(devices, agent=agent or devices.agent, customer=customer or devices.customer)
    desk = CallFactory(replace(config, devices=devices))
    err.print(desk.choice.explanation, markup=False)
    if config.store.keep_audio and desk.choice.create is not None:
        days = config.store.retention_days
        err.print(f"The sound is kept for {days} days at most, silent where numbers are said.")
    with_overlay = show_overlay and can_show_overlay()
    outcome = live_call(
        desk, out_dir or _call_folder(), with_overlay=with_overlay,
        sinks=(nudge_printer(desk.config.call.language),),
        opened=lambda: err.print("Listening. End with Ctrl-C."),
    )  # fmt: skip
    _print_outcome(outcome)


def replay(
    call: Annotated[Path | None, typer.Argument(help="A recording with two channels.")] = None,
    out_dir: OutDir = None,
    show_overlay: ShowOverlay = True,
    language: LanguageName = None,
    engine: EngineName = None,
    model: ModelDir = None,
    channels: Channels = "agent,customer",
    agent_file: AgentFile = None,
    customer_file: CustomerFile = None,
    experimental: Experimental = None,
) -> None:
    """Play a recording through the live pipeline in real time: which nudges would have come?"""
    if (call is None) is not (bool(agent_file) and bool(customer_file)) or (
        bool(agent_file) is not bool(customer_file)
    ):
        raise typer.BadParameter("name one recording, or give --agent-file and --customer-file")
    files = RecordingFiles(call, agent_file, customer_file, parse_channels(channels))
    main_file = call or agent_file
    name = main_file.name if main_file else "call"
    desk = CallFactory(configured(language, engine, model, experimental))
    err.print(desk.choice.explanation, markup=False)
    with_overlay = show_overlay and can_show_overlay()
    with progress_bar(name) as advance:
        outcome = replay_call(
            desk, files, out_dir or Path("callwatch-replay") / Path(name).stem, name, real_time=True,
            with_overlay=with_overlay, in_history=False,
            sinks=(nudge_printer(desk.config.call.language), progress_sink(advance, None)),
        )  # fmt: skip
    _print_outcome(outcome)


def _call_folder() -> Path:
    """A folder of its own for each call: a report is never written over another call's."""
    return Path("callwatch-calls") / f"{datetime.now():%Y-%m-%d-%H%M%S}"


def _save_pictures(folder: Path, desk: CallFactory) -> None:
    try:
        pictures = save_pictures(folder, desk)
    except CallwatchError as error:
        err.print(f"callwatch: {error}", markup=False)
        return
    err.print(f"Pictures of the overlay: {', '.join(str(path) for path in pictures)}", markup=False)


def _print_outcome(outcome: CallOutcome) -> None:
    print_warnings(outcome.summary)
    out.print(str(outcome.paths.html), markup=False)
    if outcome.history_fault is not None:
        raise CallwatchError(outcome.history_fault)
