"""What to install, in the words of the machine at hand."""

import shutil
import sys
from typing import Final

from callwatch.core.build import how_to_install

# System packages by what they bring and who installs them.
_PACKAGES: Final[dict[str, dict[str, str]]] = {
    "portaudio": {
        "apt": "libportaudio2",
        "dnf": "portaudio",
        "pacman": "portaudio",
        "zypper": "libportaudio2",
        "brew": "portaudio",
    },
    "sndfile": {
        "apt": "libsndfile1",
        "dnf": "libsndfile",
        "pacman": "libsndfile",
        "zypper": "libsndfile1",
        "brew": "libsndfile",
    },
    "sound server": {
        "apt": "pulseaudio",
        "dnf": "pipewire-pulseaudio",
        "pacman": "pipewire-pulse",
        "zypper": "pipewire-pulseaudio",
    },
    "qt libraries": {
        "apt": "libegl1 libgl1 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 "
        "libxcb-shape0 libdbus-1-3 libfontconfig1 libglib2.0-0 libgssapi-krb5-2",
        "dnf": "mesa-libEGL mesa-libGL libxkbcommon-x11 xcb-util-cursor xcb-util-wm "
        "xcb-util-keysyms dbus-libs fontconfig",
        "pacman": "libglvnd libxkbcommon-x11 xcb-util-cursor xcb-util-wm xcb-util-keysyms",
        "zypper": "Mesa-libEGL1 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1",
    },
    "fonts": {
        "apt": "fonts-dejavu-core",
        "dnf": "dejavu-sans-fonts",
        "pacman": "ttf-dejavu",
        "zypper": "dejavu-fonts",
    },
}

_COMMANDS: Final = {
    "apt": "sudo apt install",
    "dnf": "sudo dnf install",
    "pacman": "sudo pacman -S",
    "zypper": "sudo zypper install",
    "brew": "brew install",
}

PARTS: Final = tuple(_PACKAGES)
INSTALLERS: Final = tuple(_COMMANDS)


def installer() -> str | None:
    """The package manager of this machine; None on Windows and where none is known."""
    if sys.platform == "win32":
        return None
    names = ("brew",) if sys.platform == "darwin" else ("apt", "dnf", "pacman", "zypper")
    return next((name for name in names if shutil.which(name)), None)


def install(part: str, using: str | None) -> str:
    """The line that installs a system part (one of PARTS) with a package manager."""
    packages = _PACKAGES[part]
    if using in packages:
        return f"{_COMMANDS[using]} {packages[using]}"
    if using is None and sys.platform == "win32":
        return how_to_install(
            "--force-reinstall callwatch"
        )  # its Windows wheels bring the libraries
    return f"install {packages['apt']} (Debian's name) with your system's package manager"


def pip(package: str) -> str:
    """The line that installs a Python package into this environment."""
    remedy = how_to_install(package)
    return f"{sys.executable} -m {remedy}" if remedy.startswith("pip ") else remedy


def microphone_permission(platform: str = sys.platform) -> str:
    """How a program is allowed to hear the microphone."""
    if platform == "win32":
        return (
            "Settings > Privacy & security > Microphone: switch on 'Let desktop apps access your "
            "microphone'; then plug the headset in again"
        )
    if platform == "darwin":
        return "System Settings > Privacy & Security > Microphone: allow your terminal program"
    return "plug a headset in, and choose it in the system's sound settings"
