"""A kept call on disk: whole, private from its first byte, and nothing left after a crash."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.access import is_owners_alone

from callwatch.audio.recording_writer import KeptFile, remove_unfinished
from callwatch.core.errors import OutputError

RNG = np.random.default_rng(7)


def noise(seconds: float = 0.5) -> "np.ndarray[tuple[int, int], np.dtype[np.int16]]":
    return (RNG.standard_normal((2, round(seconds * 16_000))) * 3000).astype(np.int16)


def test_what_is_written_is_read_again_to_the_sample(tmp_path: Path) -> None:
    file = KeptFile(tmp_path / "audio" / "a.flac")
    pieces = [noise(length) for length in (0.5, 0.013, 2.0)]
    for piece in pieces:
        file.write(piece)
    file.close()
    assert not file.path.exists(), "nobody takes an unfinished file for a whole one"
    path = file.publish()
    read, rate_hz = soundfile.read(path, dtype="int16")
    assert rate_hz == 16_000
    np.testing.assert_array_equal(read.T, np.concatenate(pieces, axis=1))
    assert [entry.name for entry in path.parent.iterdir()] == ["a.flac"]


def test_it_is_private_from_its_first_byte_also_under_a_generous_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        file = KeptFile(tmp_path / "audio" / "a.flac")
        part = next((tmp_path / "audio").iterdir())
        assert is_owners_alone(part)
        assert is_owners_alone(part.parent)
        file.write(noise())
        file.close()
        assert is_owners_alone(file.publish())
    finally:
        os.umask(before)


def test_silence_costs_next_to_nothing(tmp_path: Path) -> None:
    file = KeptFile(tmp_path / "a.flac")
    for _ in range(60):
        file.write(np.zeros((2, 160_000), dtype=np.int16))
    file.close()
    assert file.publish().stat().st_size < 100_000, "ten minutes in which nothing may be kept"


def test_discarding_leaves_nothing(tmp_path: Path) -> None:
    file = KeptFile(tmp_path / "a.flac")
    file.write(noise())
    file.discard()
    file.discard()
    assert list(tmp_path.iterdir()) == []


# The child's file may not grow: a real error of the system in the middle of a write.
FULL = """
import resource, signal, sys
from pathlib import Path
import numpy as np
from callwatch.audio.recording_writer import KeptFile
from callwatch.core.errors import OutputError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
file = KeptFile(Path(sys.argv[1]))
samples = (np.random.default_rng(1).standard_normal((2, 16_000)) * 3000).astype(np.int16)
try:
    for _ in range(100):
        file.write(samples)
except OutputError as error:
    print(error)
    file.discard()
"""


@pytest.mark.posix  # a limit of a file's size
def test_a_disk_without_room_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FULL, str(tmp_path / "a.flac")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "No space left" in done.stdout, done
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "audio").write_text("a file where the folder should be")
    with pytest.raises(OutputError):
        KeptFile(tmp_path / "audio" / "a.flac")


CRASH = """
import sys
from pathlib import Path
import numpy as np
from callwatch.audio.recording_writer import KeptFile
file = KeptFile(Path(sys.argv[1]))
for _ in range(20):
    file.write((np.random.default_rng(1).standard_normal((2, 16_000)) * 3000).astype(np.int16))
print("writing", flush=True)
sys.stdin.read()
"""


@pytest.mark.posix  # SIGKILL
def test_what_a_crash_leaves_is_removed_but_not_what_is_being_written(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", CRASH, str(tmp_path / "deep" / "a.flac")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stdout.readline() == "writing\n"
    (part,) = (tmp_path / "deep").iterdir()
    assert part.stat().st_size > 100_000
    assert remove_unfinished(tmp_path) == 0
    assert part.exists()
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert remove_unfinished(tmp_path) == 1
    assert not part.exists()
    assert remove_unfinished(tmp_path / "nowhere") == 0
