"""Builds the Windows installer on Linux: python -m scripts.bundle.windows --python PLACE --out FOLDER.

PLACE is a CPython for Windows (x64) that may be shipped: python.org's embeddable zip, or a folder of it. With
--for-check it is the Python of the check on Windows; what comes out says so in its name, and is not to be shipped.
"""

import argparse
import shutil
import sys
import zipfile
from pathlib import Path

from scripts.bundle import tree
from scripts.bundle.wxs import COMPLETED, installer_source

HERE = Path(__file__).parent
CC, WINDRES = "x86_64-w64-mingw32-gcc", "x86_64-w64-mingw32-windres"
RUNTIME = (
    "msvcp140.dll",
    "msvcp140_1.dll",
    "msvcp140_2.dll",
    "vcruntime140.dll",
    "vcruntime140_1.dll",
    "concrt140.dll",
)
RC = """#include <winver.h>
1 24 "{manifest}"
1 ICON "{icon}"
1 VERSIONINFO
FILEVERSION {numbers}
PRODUCTVERSION {numbers}
FILETYPE VFT_APP
BEGIN
  BLOCK "StringFileInfo" BEGIN BLOCK "040904B0" BEGIN
    VALUE "CompanyName", "The callwatch authors"
    VALUE "FileDescription", "callwatch: nudges in difficult calls"
    VALUE "FileVersion", "{version} ({commit})"
    VALUE "InternalName", "callwatch"
    VALUE "LegalCopyright", "GPL-3.0-or-later"
    VALUE "OriginalFilename", "{name}.exe"
    VALUE "ProductName", "callwatch"
    VALUE "ProductVersion", "{version}"
  END END
  BLOCK "VarFileInfo" BEGIN VALUE "Translation", 0x409, 1200 END
END
"""


def main() -> None:
    """Build it; the last line names the installer and its size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--uv", type=Path, required=True)
    parser.add_argument(
        "--meaning-model",
        type=Path,
        help="the file of the model that reads what phrases mean (default: of the package that has it)",
    )
    parser.add_argument("--for-check", action="store_true")
    parser.add_argument(
        "--version", default=tree.version(), help="another version, to try an update"
    )
    options = parser.parse_args()
    scratch = options.out / "windows"
    folder = scratch / "callwatch"
    if not options.for_check or not (scratch / "parts").exists():
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        dll = lay_python(options.python, folder)
        lay_packages(folder, dll, options.uv, scratch, for_check=options.for_check)
        model = options.meaning_model or tree.fetch_meaning_model(options.uv, scratch)
        tree.add_meaning_model(folder / "Lib" / "site-packages", model)
        tree.run(sys.executable, HERE / "icon.py", scratch / "icons")
        (scratch / "parts").write_text(dll)
    build_launchers(folder, (scratch / "parts").read_text(), scratch, options.version)
    tree.write_build(folder, "msi")
    suffix = "-not-for-release" if options.for_check else ""
    msi = options.out / f"callwatch-{options.version}-x64{suffix}.msi"
    source = scratch / "callwatch.wxs"
    source.write_text(
        installer_source(folder, options.version, Path("icons") / "callwatch.ico"), "utf-8"
    )
    # It takes relative paths alone.
    tree.run("wixl", "-a", "x64", "-o", msi.resolve(), source.name, cwd=scratch)
    for query in COMPLETED:
        tree.run("msibuild", msi, "-q", query)
    print(f"{msi}: {msi.stat().st_size / 1e6:.0f} MB, installed {tree.size_mb(folder):.0f} MB")


def lay_python(place: Path, folder: Path) -> str:
    """The interpreter into the folder; the name of its dll."""
    if place.is_file():
        with zipfile.ZipFile(place) as archive:
            archive.extractall(folder)
    else:
        shutil.copytree(place, folder, ignore=shutil.ignore_patterns("Lib", "*.pdb"))
        tree.copy_stdlib(place / "Lib", folder / "stdlib")
    (dll,) = (path.name for path in folder.glob("python3?*.dll"))
    stem = Path(dll).stem
    if (folder / "stdlib").exists():
        tree.zip_stdlib(folder / "stdlib", folder / f"{stem}.zip")
    # It wins over PYTHONPATH, PYTHONHOME and the registry: nothing of the machine's own Python gets in.
    lines = (f"{stem}.zip", "DLLs", "Lib\\site-packages", ".")
    (folder / f"{stem}._pth").write_text("\r\n".join(lines) + "\r\n")
    return dll


def lay_packages(folder: Path, dll: str, uv: Path, scratch: Path, *, for_check: bool) -> None:
    """The wheels, Microsoft's runtime, the licences."""
    packages = folder / "Lib" / "site-packages"
    minor = dll.removeprefix("python3").removesuffix(".dll")
    platform = ("--python-platform", "x86_64-pc-windows-msvc", "--python-version", f"3.{minor}")
    tree.fetch_wheels(packages, uv, platform, ("numpy==1.26.4",) if for_check else (), scratch)
    for name in RUNTIME:  # beside python.exe, where every library of every package finds it
        held = packages / "PyQt6" / "Qt6" / "bin" / name
        if held.exists() and name not in {path.name.lower() for path in folder.iterdir()}:
            shutil.copy2(held, folder / name)
    tree.prune(packages)
    if f"{sys.version_info.minor}" == minor:
        tree.compile_packages(packages)
    else:
        print(
            f"note: run this with Python 3.{minor} for a bundle that starts quickly",
            file=sys.stderr,
        )
    licence = next((p for p in folder.glob("LICENSE*")), None)
    without = tree.collect_licences(packages, licence, folder / "licences")
    print("no licence text of their own:", ", ".join(without) or "none")


def build_launchers(folder: Path, dll: str, scratch: Path, version: str) -> None:
    """callwatch.exe for a console and callwatchw.exe without one, with version and icon."""
    numbers = [*(int(part) for part in version.split(".") if part.isdigit()), 0, 0, 0, 0][:4]
    for name, flags in (("callwatch", ()), ("callwatchw", ("-mwindows", "-DWINDOWED"))):
        rc, made = scratch / f"{name}.rc", scratch / f"{name}.o"
        rc.write_text(
            RC.format(
                manifest=HERE / "launcher.manifest", icon=scratch / "icons" / "callwatch.ico", version=version,
                numbers=",".join(map(str, numbers)), commit=tree.commit(), name=name,
            )
        )  # fmt: skip
        tree.run(WINDRES, rc, made)
        define = f'-DPYTHON_DLL=L"{dll}"'
        tree.run(
            CC,
            "-O2",
            "-s",
            "-municode",
            *flags,
            define,
            "-o",
            folder / f"{name}.exe",
            HERE / "launcher.c",
            made,
        )


if __name__ == "__main__":
    main()
