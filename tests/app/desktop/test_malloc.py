import subprocess
import sys

from callwatch.app.desktop.malloc import limit_arenas, trim_heap

# What several threads take and let go of, piece by piece, goes back to the system.
PROGRAM = """
import ctypes, re, threading
from pathlib import Path
from callwatch.app.desktop.malloc import limit_arenas, trim_heap
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
assert trim_heap()
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
