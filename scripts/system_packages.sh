#!/bin/sh
# Installs the system packages that a purpose needs (python, demo, test, windows or bundle) with apt where that is
# there, and says what to install elsewhere. Packages that are there already are left alone.
set -eu

purpose=${1:?"say what the packages are for: python, demo or test"}

qt="libegl1 libgl1 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 \
libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-xinerama0 libxcb-xkb1 libdbus-1-3 \
libfontconfig1 libglib2.0-0 libgssapi-krb5-2 fonts-dejavu-core"
sound="libportaudio2 libpulse0"
case $purpose in
  python) wanted="python3-venv"; names="Python's venv module" ;;
  demo) wanted="$qt $sound"; names="PortAudio and Qt's X libraries (libegl, libxkbcommon-x11, libxcb-cursor)" ;;
  test) wanted="$qt $sound pulseaudio pulseaudio-utils xvfb xauth openbox xdotool x11-utils chromium postgresql poppler-utils"
        names="PortAudio, Qt's X libraries, PulseAudio, Xvfb, openbox, xdotool, Chromium and PostgreSQL" ;;
  windows) wanted="wine wine64 gcc-mingw-w64-x86-64-win32 xvfb pulseaudio pulseaudio-utils"
        names="64-bit Wine 8 (Debian 12's), the mingw-w64 C compiler, Xvfb and PulseAudio" ;;
  bundle) wanted="gcc-mingw-w64-x86-64-win32 binutils wixl msitools patchelf dpkg xz-utils debootstrap"
        names="the mingw-w64 C compiler, msitools with wixl, patchelf, dpkg and debootstrap" ;;
  *) echo "unknown purpose: $purpose" >&2; exit 1 ;;
esac

# A Python with a working venv module (pyenv, uv, python.org) needs no package for it.
if [ "$purpose" = python ] && ${PYTHON:-python3} -c 'import ensurepip, venv' 2>/dev/null; then
  exit 0
fi

if ! command -v apt-get >/dev/null 2>&1; then
  echo "note: without apt, install these yourself if they are missing: $names" >&2
  exit 0
fi

missing=""
for package in $wanted; do
  dpkg-query -W -f='${Status}\n' "$package" 2>/dev/null | grep -q 'ok installed' && continue
  dpkg-query -W -f='${Status}\n' "${package}t64" 2>/dev/null | grep -q 'ok installed' && continue
  missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=""
if [ "$(id -u)" != 0 ]; then
  if ! command -v sudo >/dev/null 2>&1; then
    echo "please ask an administrator to run: apt-get install$missing" >&2
    exit 1
  fi
  as_root=sudo
fi
echo "installing:$missing"
$as_root apt-get update -qq
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
