import queue
import subprocess
import sys
import threading

import pytest

from callwatch.app.desktop import malloc
from callwatch.app.desktop.malloc import HeapTrimmer, limit_arenas, trim_heap

# What several threads take and let go of, piece by piece, goes back to the system.
PROGRAM = """
import ctypes, re, threading
from pathlib import Path
from callwatch.app.desktop.malloc import HeapTrimmer, limit_arenas
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]
def resident_kb():
    return int(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
def take():
    pieces = [libc.malloc(10_000) for _ in range(3000)]
    for piece in pieces:
        ctypes.memset(piece, 1, 10_000)
    for piece in pieces[:-1]:
        libc.free(piece)
assert limit_arenas()
before = resident_kb()
threads = [threading.Thread(target=take) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
held = resident_kb()
with HeapTrimmer(0.001):
    pass
print(held - before, resident_kb() - before)
"""


def test_what_threads_let_go_of_goes_back_to_the_system() -> None:
    if sys.platform != "linux":
        assert not limit_arenas()
        assert not trim_heap()
        return
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    held_kb, left_kb = map(int, done.stdout.split())
    assert held_kb > 20_000
    assert left_kb < 5_000


def test_it_trims_again_and_again_until_it_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    trims: queue.Queue[bool] = queue.Queue()

    def trim() -> bool:
        trims.put(True)
        return True

    monkeypatch.setattr(malloc, "trim_heap", trim)
    with HeapTrimmer(0.001):
        for _ in range(3):
            trims.get(timeout=60)
    assert not [t for t in threading.enumerate() if t.name == "callwatch-trim"]


def test_where_nothing_can_be_trimmed_it_does_not_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[bool] = []

    def refuse() -> bool:
        tried.append(True)
        return False

    monkeypatch.setattr(malloc, "trim_heap", refuse)
    HeapTrimmer(0.001).close()
    assert len(tried) == 2  # at its start and at its end
