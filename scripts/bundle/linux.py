"""Builds the Linux folder and the .deb: python -m scripts.bundle.linux --out FOLDER.

The folder holds the Python that runs this script, with its libraries, and works wherever it is unpacked. The .deb
puts it into /opt/callwatch, with a menu entry, an autostart entry that is off, and a manual page.
"""

import argparse
import gzip
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Final

from scripts.bundle import tree

HERE: Final = Path(__file__).parent
# Libraries that every Debian has, or that must be the system's own.
_SYSTEMS_OWN: Final = (
    "libc.",
    "libm.",
    "libpthread.",
    "libdl.",
    "librt.",
    "libutil.",
    "ld-linux",
    "linux-vdso",
)
# What Qt, sound and the wheels ask of the system.
_DEPENDS: Final = (
    "libc6 (>= 2.31), libegl1, libgl1, libxkbcommon-x11-0, libxcb-cursor0, libxcb-icccm4, libxcb-image0, "
    "libxcb-keysyms1, libxcb-randr0, libxcb-render-util0, libxcb-shape0, libxcb-xinerama0, libxcb-xkb1, "
    "libdbus-1-3, libfontconfig1, libglib2.0-0, libgssapi-krb5-2, libwayland-cursor0, "
    "libwayland-egl1, libportaudio2, libpulse0, libx11-6, fonts-dejavu-core"
)
_LAUNCHER: Final = """#!/bin/sh
# Works wherever the folder lies, and through a link.
here=$(dirname "$(dirname "$(readlink -f "$0")")")
exec "$here/python/bin/python3" -I -m callwatch.cli.main "$@"
"""
_CONTROL: Final = """Package: callwatch
Version: {version}
Architecture: amd64
Maintainer: The callwatch authors <callwatch@localhost>
Installed-Size: {kib}
Depends: {depends}
Section: sound
Priority: optional
Description: nudges in difficult calls, on this computer only
 callwatch listens along to a customer call and nudges the agent gently to keep listening. Nothing leaves the
 machine. It brings a Python of its own in /opt/callwatch.
"""


def main() -> None:
    """Build both; the last lines name them and their sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--uv", type=Path, required=True)
    parser.add_argument(
        "--meaning-model", type=Path, help="the file of the model that reads what phrases mean"
    )
    parser.add_argument(
        "--version", default=tree.version(), help="another version, to try an update"
    )
    options = parser.parse_args()
    scratch = options.out / "linux"
    shutil.rmtree(scratch, ignore_errors=True)
    folder = scratch / f"callwatch-{options.version}"
    folder.mkdir(parents=True)
    lay_python(folder / "python")
    minor = sys.version_info.minor
    packages = folder / "python" / "lib" / f"python3.{minor}" / "site-packages"
    packages.mkdir(parents=True, exist_ok=True)
    platform = ("--python", sys.executable)
    tree.fetch_wheels(packages, options.uv, platform, scratch=scratch)
    tree.prune(packages)
    if options.meaning_model:
        tree.add_meaning_model(packages, options.meaning_model)
    tree.strip(folder)
    tree.compile_packages(packages)
    tree.compile_packages(packages.parent)
    licence = Path(sysconfig.get_path("stdlib")) / "LICENSE.txt"
    without = tree.collect_licences(
        packages, licence if licence.exists() else None, folder / "licences"
    )
    print("no licence text of their own:", ", ".join(without) or "none")
    lay_own(folder, scratch)
    tree.write_build(folder / "python", "folder")
    archive = options.out / f"{folder.name}-linux-x86_64.tar.xz"
    tree.run("tar", "-C", scratch, "-I", "xz -T0", "-cf", archive, folder.name)
    deb = build_deb(folder, scratch, options.out, options.version)
    for made in (archive, deb):
        print(
            f"{made}: {made.stat().st_size / 1e6:.0f} MB, installed {tree.size_mb(folder):.0f} MB"
        )


def lay_python(target: Path) -> None:
    """The interpreter of this script, its standard library, and the libraries that both need."""
    minor = sys.version_info.minor
    (target / "bin").mkdir(parents=True)
    program = target / "bin" / f"python3.{minor}"
    shutil.copy2(Path(os.path.realpath(sys.executable)), program)
    (target / "bin" / "python3").symlink_to(program.name)
    stdlib = Path(sysconfig.get_path("stdlib"))
    tree.copy_stdlib(stdlib, target / "lib" / f"python3.{minor}")
    libraries = target / "lib" / "own"
    libraries.mkdir()
    dynload = target / "lib" / f"python3.{minor}" / "lib-dynload"
    for path in [program, *dynload.glob("*.so")]:
        for library in needed(path):
            place = libraries / library.name
            if not place.exists():
                shutil.copy2(library, place)
    for path in [program, *dynload.glob("*.so"), *libraries.iterdir()]:
        where = os.path.relpath(libraries, path.parent)
        tree.run("patchelf", "--set-rpath", f"$ORIGIN/{where}", path)


def needed(path: Path) -> list[Path]:
    """The libraries that a program or module loads, but for those that are every system's own."""
    listed = subprocess.run(["ldd", str(path)], capture_output=True, text=True, check=False).stdout
    found = [line.split("=>")[1].split()[0] for line in listed.splitlines() if "=> /" in line]
    return [Path(name) for name in found if not Path(name).name.startswith(_SYSTEMS_OWN)]


def lay_own(folder: Path, scratch: Path) -> None:
    """The launcher, the icon, the menu entry and the manual page."""
    (folder / "bin").mkdir()
    launcher = folder / "bin" / "callwatch"
    launcher.write_text(_LAUNCHER)
    launcher.chmod(0o755)
    tree.run(sys.executable, HERE / "icon.py", scratch / "icons")
    share = folder / "share"
    icons = share / "icons" / "hicolor"
    for size in (16, 32, 48, 64, 128, 256):
        place = icons / f"{size}x{size}" / "apps" / "callwatch.png"
        place.parent.mkdir(parents=True)
        shutil.copy2(scratch / "icons" / f"callwatch-{size}.png", place)
    for name, place in (("callwatch.desktop", "applications"), ("callwatch.1", "man/man1")):
        (share / place).mkdir(parents=True)
        shutil.copy2(HERE / name, share / place / name)


def build_deb(folder: Path, scratch: Path, out: Path, version: str) -> Path:
    """The package of a folder; its entries point into /opt/callwatch."""
    root = scratch / "deb"
    opt = root / "opt" / "callwatch"
    opt.parent.mkdir(parents=True)
    shutil.copytree(folder, opt, symlinks=True)
    tree.write_build(opt / "python", "deb")
    share = root / "usr" / "share"
    shutil.move(opt / "share", share)
    page = share / "man" / "man1" / "callwatch.1"
    with gzip.GzipFile(f"{page}.gz", "wb", mtime=0) as packed:
        packed.write(page.read_bytes())
    page.unlink()
    (root / "usr" / "bin").mkdir()
    (root / "usr" / "bin" / "callwatch").symlink_to("/opt/callwatch/bin/callwatch")
    # There for everybody and off: `callwatch autostart on` is each user's own; IT takes Hidden away.
    start = root / "etc" / "xdg" / "autostart" / "callwatch.desktop"
    start.parent.mkdir(parents=True)
    entry = (
        (HERE / "callwatch.desktop")
        .read_text("utf-8")
        .replace("Exec=callwatch", "Exec=callwatch app")
    )
    start.write_text(entry + "Hidden=true\n", "utf-8")
    docs = share / "doc" / "callwatch"
    docs.mkdir(parents=True)
    shutil.copy2(opt / "licences" / "PARTS.txt", docs / "copyright")
    control = root / "DEBIAN"
    control.mkdir()
    kib = round(tree.size_mb(root) * 1e6 / 1024)
    (control / "control").write_text(_CONTROL.format(version=version, kib=kib, depends=_DEPENDS))
    (control / "conffiles").write_text("/etc/xdg/autostart/callwatch.desktop\n")
    deb = out / f"callwatch_{version}_amd64.deb"
    tree.run(
        "dpkg-deb", "--root-owner-group", "-Zxz", "--build", root, deb, stdout=subprocess.DEVNULL
    )
    shutil.rmtree(root)
    return deb


if __name__ == "__main__":
    main()
