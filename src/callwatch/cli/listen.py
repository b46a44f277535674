"""`callwatch calls listen`: the kept sound of a call, also where it is encrypted."""

import threading

import typer

from callwatch.cli.history_option import CallId, HistoryOption, open_history
from callwatch.core.errors import StoreError


def listen_to_call(call_id: CallId, history: HistoryOption = None) -> None:
    """Play the kept sound of one call; encrypted sound is played from memory. Ctrl-C stops it."""
    from callwatch.app.kept_audio import sound_blocks
    from callwatch.audio.playback import play

    with open_history(history) as calls:
        calls.record(call_id)
        path = calls.audio_of([call_id]).get(call_id)
    if path is None:
        raise StoreError(
            f"no sound of the call {call_id} is kept: see keep_audio under [store] in docs/settings.md"
        )
    try:
        play(sound_blocks(path, call_id), threading.Event())
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
