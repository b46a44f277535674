"""Two apps that start at the same moment."""

import os
import subprocess
import sys
from pathlib import Path

from callwatch_ui.native.single_instance import SingleInstance

HOLDER = """
import sys
from callwatch_ui.native.single_instance import SingleInstance
only = SingleInstance(sys.argv[1])
print(only.acquire(), flush=True)
sys.stdin.read()
"""


def place_in(folder: Path) -> str:
    if sys.platform == "win32":
        return rf"\\.\pipe\callwatch-{folder.name}"
    return str(folder / "app.sock")


def test_one_of_two_has_the_right_and_it_ends_with_the_process(tmp_path: Path) -> None:
    place = place_in(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, place],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as other:  # fmt: skip
        assert other.stdout is not None
        assert other.stdout.readline().strip() == "True"
        mine = SingleInstance(place)
        assert not mine.acquire()
        other.kill()
        other.wait()
    assert mine.acquire()
    mine.release()
    again = SingleInstance(place)
    assert again.acquire()
    again.release()
