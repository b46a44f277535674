"""soxr is loaded without being hit by Ctrl-C."""

import subprocess
import sys

PROBE = """
import signal, sys
from importlib.abc import MetaPathFinder
from callwatch.audio.resample import Resampler

class Interrupts(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.startswith("soxr"):
            signal.raise_signal(signal.SIGINT)
        return None

sys.meta_path.insert(0, Interrupts())
try:
    Resampler(8000, 1)
except KeyboardInterrupt:
    print("soxr.soxr_ext" in sys.modules, signal.getsignal(signal.SIGINT) is signal.default_int_handler)
"""


def test_ctrl_c_while_soxr_is_loaded_comes_when_it_is() -> None:
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]
