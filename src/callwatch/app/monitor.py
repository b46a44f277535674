"""Calls in real time: a recording replayed, the demo call, or live devices."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

from callwatch.app import overlay
from callwatch.app.calls import CallFactory, CallOutcome, CallPlan
from callwatch.audio.devices import LIVE_BLOCK_S, open_live
from callwatch.audio.files import open_recording
from callwatch.audio.realtime_source import RealtimeSource
from callwatch.audio.source import CallSource
from callwatch.config import Config
from callwatch.core.channels import Channel
from callwatch.session.runner import Sink

# A quarter of an hour of a difficult call in 70 s: the minute between two cards shrinks with it.
DEMO_GAP_S = 4.5
DEMO_MOST = 20


@dataclass(frozen=True, slots=True)
class RecordingFiles:
    """A two-channel recording, or two mono ones."""

    path: Path | None
    agent_file: Path | None = None
    customer_file: Path | None = None
    channels: tuple[Channel, Channel] = (Channel.AGENT, Channel.CUSTOMER)

    def open(self, block_s: float) -> CallSource:
        """The source; raises InputError for what cannot be read."""
        return open_recording(
            self.path,
            agent_file=self.agent_file,
            customer_file=self.customer_file,
            channels=self.channels,
            block_s=block_s,
        )


def demo_files() -> RecordingFiles:
    """The bundled demo call."""
    return RecordingFiles(Path(str(resources.files("callwatch.demo").joinpath("call.flac"))))


def demo_config(config: Config) -> Config:
    """The configuration for the demo call, which packs a difficult quarter of an hour into 70 s."""
    nudges = replace(config.nudges, min_gap_s=DEMO_GAP_S, most_in_ten_minutes=DEMO_MOST)
    return replace(config, nudges=nudges)


def replay_call(
    desk: CallFactory,
    files: RecordingFiles,
    out_dir: Path,
    source_name: str,
    *,
    real_time: bool,
    with_overlay: bool,
    in_history: bool,
    sinks: Sequence[Sink] = (),
) -> CallOutcome:
    """A recording through the live pipeline.

    In real time the recogniser has its own thread, as in a live call; otherwise it runs in step,
    so that nothing is skipped.
    """
    source = files.open(LIVE_BLOCK_S)
    if real_time:
        source = RealtimeSource(source, clock=time.monotonic)
    plan = CallPlan(
        source, source_name, out_dir, live=real_time, in_history=in_history,
        is_recording=True,  # no call of the agent's own, and played now
    )  # fmt: skip
    return _run(desk, plan, with_overlay, sinks)


def live_call(
    desk: CallFactory,
    out_dir: Path,
    *,
    with_overlay: bool,
    sinks: Sequence[Sink] = (),
    opened: Callable[[], None] = lambda: None,
) -> CallOutcome:
    """The devices of the configuration, until the source ends or Ctrl-C; `opened` once they are open."""
    devices = desk.config.devices
    source = open_live(devices.agent or None, devices.customer or None, block_s=LIVE_BLOCK_S)
    plan = CallPlan(source, source.name, out_dir, live=True)
    return _run(desk, plan, with_overlay, sinks, opened)


def _run(
    desk: CallFactory,
    plan: CallPlan,
    with_overlay: bool,
    sinks: Sequence[Sink],
    opened: Callable[[], None] = lambda: None,
) -> CallOutcome:
    with plan.source:
        opened()
        if with_overlay:
            return overlay.run_with_overlay(desk, plan, tuple(sinks))
        call = desk.open(plan, sinks)
        if not plan.live:
            return call.run()
        call.runner.start()
        try:
            while (summary := call.runner.join(0.5)) is None:
                pass
        except KeyboardInterrupt:
            # Ctrl-C, or the end of the session (cli/signals.py), is how a call without an overlay
            # ends: the report is written all the same.
            summary = call.runner.end()
        except BaseException:
            call.abandon()
            raise
        return call.finish(summary)
