"""The fast tests on every Python that callwatch supports, or with the oldest versions that it allows.

    python scripts/try_pythons.py [--lowest] [pytest argument ...]

Each interpreter that is found on PATH or with pyenv gets an environment of its own (`.venv-3.12`) with the versions
of constraints.txt. For one that is not found the dependencies are resolved and the types checked. `--lowest` takes
the oldest Python with the oldest versions of what pyproject.toml names. Status 1 when anything failed.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
TOOLS = Path(sys.executable).parent
FAST = ["-m", "not (pulse or window or slow)"]


def supported() -> list[str]:
    """The versions of Python in the classifiers, the oldest first."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    found = (
        re.fullmatch(r"Programming Language :: Python :: (3\.\d+)", c)
        for c in project["classifiers"]
    )
    return [match[1] for match in found if match]


def interpreter(version: str) -> str | None:
    """An interpreter of that version that runs; None without one."""
    pyenv = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    for command in (f"python{version}", *map(str, pyenv)):
        probe = [command, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        try:
            done = subprocess.run(probe, capture_output=True, text=True, check=False)
        except OSError:
            continue
        if done.returncode == 0 and done.stdout.strip() == version:
            return command
    return None


def run(*command: object) -> bool:
    """Run a command in the checkout; whether it succeeded."""
    print("+", *command, flush=True)
    return subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode == 0


def tested(command: str, folder: Path, constraints: Path, tests: list[str]) -> bool:
    """Whether the tests pass in a new environment with these versions."""
    python = folder / "bin" / "python"
    install = ("pip", "install", "--quiet", "--python", python, "--constraint", constraints)
    return (
        run(TOOLS / "uv", "venv", "--quiet", "--clear", "--python", command, folder)
        and run(TOOLS / "uv", *install, "--editable", ".[dev]")
        and run(python, "-m", "pytest", "-n", "logical", "--maxprocesses", "8", *FAST, *tests)
    )


def resolved(version: str, out: Path, *how: str) -> bool:
    """Write versions that fit a Python into a file; False when there are none."""
    compile_ = ("pip", "compile", "--quiet", "--no-header", "--no-annotate", "--extra", "dev", *how)
    return run(
        TOOLS / "uv", *compile_, "--python-version", version, "pyproject.toml", "--output-file", out
    )


def main() -> None:
    """Try them all, and sum up in one line each."""
    tests = [argument for argument in sys.argv[1:] if argument != "--lowest"]
    outcomes: dict[str, bool] = {}
    if "--lowest" in sys.argv[1:]:
        oldest = supported()[0]
        found = interpreter(oldest) or sys.exit(f"There is no Python {oldest}: install it.")
        versions = ROOT / ".stamps" / "lowest.txt"
        outcomes[f"{oldest}, oldest versions"] = resolved(
            oldest, versions, "--resolution", "lowest-direct"
        ) and tested(found, ROOT / ".venv-lowest", versions, tests)
    else:
        for version in supported():
            command = interpreter(version)
            if command is None:
                versions = ROOT / ".stamps" / f"versions-{version}.txt"
                outcomes[f"{version}, not found: resolved and type-checked"] = resolved(
                    version, versions, "--constraint", "constraints.txt"
                ) and run(TOOLS / "mypy", "--python-version", version)
            else:
                outcomes[f"{version}, tested"] = tested(
                    command, ROOT / f".venv-{version}", ROOT / "constraints.txt", tests
                )
    for what, good in outcomes.items():
        print(f"Python {what}: {'good' if good else 'FAILED'}")
    sys.exit(not all(outcomes.values()))


if __name__ == "__main__":
    main()
