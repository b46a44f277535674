"""The console script before anything else is imported."""

import os
import subprocess
import sys

import pytest

PROBE = """
import os, sys
sys.argv = ["callwatch", "--version"]
from callwatch.cli.main import main
assert "numpy" not in sys.modules, "numpy has read the environment already"
try:
    main()
except SystemExit:
    pass
print(os.environ["OPENBLAS_NUM_THREADS"])
"""


@pytest.mark.parametrize(("given", "used"), [(None, "1"), ("3", "3")])
def test_matrices_get_one_thread_unless_somebody_says_otherwise(
    given: str | None, used: str
) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "OPENBLAS_NUM_THREADS"}
    if given is not None:
        environment["OPENBLAS_NUM_THREADS"] = given
    done = subprocess.run(
        [sys.executable, "-c", PROBE], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split()[-1] == used
