"""A real PulseAudio server for tests: its own runtime folder, null sinks, ended by its own id."""

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt

from callwatch.core.closing import ClosedByWith

_READY_S = 60


class PulseServer(ClosedByWith):
    """A PulseAudio server with null sinks; what is played into one is heard on `<sink>.monitor`.

    `environment` reaches it from other processes; `entered` puts the same into this one.
    """

    def __init__(self, sinks: tuple[str, ...] = ("null1", "null2"), rate_hz: int = 48_000) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="callwatch-pulse-"))
        self.environment = {
            "HOME": str(self.folder),
            "XDG_RUNTIME_DIR": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "PULSE_RUNTIME_PATH": str(self.folder),
            "PULSE_STATE_PATH": str(self.folder),
            "PULSE_SERVER": f"unix:{self.folder}/native",
        }
        self._sinks = sinks
        self._rate_hz = rate_hz
        self._process: subprocess.Popen[str] | None = None
        self._players: list[subprocess.Popen[bytes]] = []
        self.start()

    def start(self) -> None:
        """Start the server and wait until it answers."""
        modules = [f"module-native-protocol-unix auth-anonymous=1 socket={self.folder}/native"]
        modules += [_null_sink(name, self._rate_hz) for name in self._sinks]
        command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--log-level=info"]
        command += ["--use-pid-file=no", "--log-target=stderr", "--disable-shm=yes"]
        for module in modules:
            command += ["-L", module]
        environment = {**os.environ, **self.environment}
        environment.pop("PULSE_SERVER")
        self._process = subprocess.Popen(
            command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
        )
        ready = threading.Event()
        self._log: list[str] = []
        self._drain = threading.Thread(target=self._read_log, args=(ready,), daemon=True)
        self._drain.start()
        if not ready.wait(_READY_S):
            raise RuntimeError("PulseAudio did not start:\n" + "\n".join(self._log[-20:]))

    def stop(self) -> None:
        """End the server by its own process id."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_READY_S)
            self._drain.join(_READY_S)
            if self._process.stderr is not None:
                self._process.stderr.close()
            self._process = None

    def pactl(self, *arguments: str) -> str:
        """Run pactl against this server; its output."""
        done = subprocess.run(
            ["pactl", *arguments],
            env={**os.environ, **self.environment, "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=True,
            timeout=_READY_S,
        )
        return done.stdout.strip()

    def add_sink(self, name: str, rate_hz: int | None = None) -> str:
        """Plug a device in; the id with which `remove` takes it out."""
        return self.pactl("load-module", *_null_sink(name, rate_hz or self._rate_hz).split())

    def module_of(self, sink: str) -> str:
        """The id of the module behind a sink."""
        for line in self.pactl("list", "short", "modules").splitlines():
            if f"sink_name={sink}" in line.split("\t")[2].split():
                return line.split("\t")[0]
        raise KeyError(sink)

    def remove(self, module: str) -> None:
        """Unplug a device."""
        self.pactl("unload-module", module)

    def recordings(self) -> dict[str, str]:
        """Running recordings: id -> name of the source that they hear."""
        sources = {}
        for line in self.pactl("list", "short", "sources").splitlines():
            index, name, *_ = line.split("\t")
            sources[index] = name
        out = {}
        for line in self.pactl("list", "short", "source-outputs").splitlines():
            index, source, *_ = line.split("\t")
            out[index] = sources.get(source, "?")
        return out

    def wait_for_recordings(self, count: int) -> None:
        """Return once so many recordings run; raises TimeoutError after 30 s."""
        watch = subprocess.Popen(
            ["pactl", "subscribe"],
            env={**os.environ, **self.environment, "LC_ALL": "C"},
            stdout=subprocess.PIPE,
            text=True,
        )
        # Ends the subscription, and with it the loop below, when nothing happens for too long.
        timer = threading.Timer(30, watch.kill)
        timer.start()
        try:
            assert watch.stdout is not None
            while len(self.recordings()) < count:
                if not watch.stdout.readline():
                    raise TimeoutError(f"only {len(self.recordings())} of {count} recordings run")
        finally:
            timer.cancel()
            watch.kill()
            watch.wait()
            assert watch.stdout is not None
            watch.stdout.close()

    def play(
        self, sink: str, samples: npt.NDArray[np.int16], rate_hz: int = 16_000, channels: int = 1
    ) -> "subprocess.Popen[bytes]":
        """Start to play interleaved int16 into a sink; the player ends after the last sample."""
        command = ["pacat", "--playback", "--raw", f"--device={sink}", f"--rate={rate_hz}"]
        # So much lies ready in the server that a player which gets no processor leaves no gap.
        command += ["--format=s16le", f"--channels={channels}", "--latency-msec=2000"]
        path = self.folder / f"play-{len(self._players)}.raw"
        path.write_bytes(samples.astype("<i2").tobytes())
        with path.open("rb") as file:
            player = subprocess.Popen(
                command,
                env={**os.environ, **self.environment},
                stdin=file,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        self._players.append(player)
        return player

    @contextmanager
    def entered(self) -> Iterator[Mapping[str, str]]:
        """This process talks to the server too, as long as it lasts."""
        names = ("PULSE_SERVER", "PULSE_RUNTIME_PATH", "XDG_RUNTIME_DIR")
        before = {name: os.environ.get(name) for name in names}
        os.environ.update({name: self.environment[name] for name in names})
        try:
            yield self.environment
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value

    def close(self) -> None:
        """End the players and the server, and remove the folder."""
        for player in self._players:
            if player.poll() is None:
                player.terminate()
            player.wait(_READY_S)
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _read_log(self, ready: threading.Event) -> None:
        assert self._process is not None
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._log.append(line.rstrip())
            if "Daemon startup complete" in line:
                ready.set()


def _null_sink(name: str, rate_hz: int) -> str:
    # Without rewinds it sleeps 50 ms at a time, as hardware does, and not two seconds.
    return (
        f"module-null-sink sink_name={name} rate={rate_hz} channels=2 norewinds=1 "
        f"sink_properties=device.description={name}"
    )
