#!/bin/bash
# run.sh FOLDER ARGS...: runs the Windows Python that setup.sh made, in the caller's directory.
#   RUN_TIMEOUT   seconds after which it is ended, with every other program of this FOLDER (default: 300)
#   RUN_PROGRAM   another program than python.exe, such as wineboot, msiexec or the path of an .exe
# A window needs DISPLAY, a sound device PULSE_SERVER; both pass through. Input is read from a pipe only.
# Both streams come out as one; the exit status is the program's.
set -uo pipefail
[ $# -ge 1 ] || { echo "usage: run.sh FOLDER ARGS..." >&2; exit 2; }
work=$(cd "$1" && pwd) || exit 2
shift
wine=/usr/lib/wine/wine64 # Debian's `wine` asks for the 32-bit half as well
export WINEPREFIX=${RUN_PREFIX:-$work/prefix} WINEARCH=win64 WINEDEBUG=${WINEDEBUG:--all}
# Nothing of the user's is seen or written; Wine takes the encoding of arguments and names from LC_ALL.
export HOME=$work/home LC_ALL=C.UTF-8
# A crash ends the program instead of waiting in a debugger; no menu entries in the user's desktop; no
# question for Mono and Gecko.
export WINEDLLOVERRIDES="winedbg.exe,winemenubuilder.exe,mscoree,mshtml=d;${WINEDLLOVERRIDES-}"
export KMP_AFFINITY=disabled # Intel's OpenMP (ctranslate2) dies on what Wine says of the processors
unset "${!PYTHON@}" "${!XDG_CONFIG@}" XDG_DATA_HOME XDG_CACHE_HOME XDG_STATE_HOME
export PYTHONPYCACHEPREFIX="Z:${work//\//\\}\\cache\\pyc"
export HYPOTHESIS_STORAGE_DIRECTORY="Z:${work//\//\\}\\cache\\hypothesis"
# Python under Wine cannot open a plain file as a standard stream (WinError 6): output goes through cat.
[ -p /dev/stdin ] || exec </dev/null
# Wine's own servers and services must not hold this program's output open after its end: they start before it,
# without it. One at a time: of two programs that begin together, the second waits until they are there.
exec 9>"$work/starting.lock"
flock 9
"${wine%/*}/wineserver64" -p60 >/dev/null 2>&1 9>&-
"$wine" cmd /c exit >/dev/null 2>&1 9>&-
exec 9>&-
timeout -k 5 "${RUN_TIMEOUT:-300}" "$wine" "${RUN_PROGRAM:-$work/python/python.exe}" "$@" 2>&1 | cat
status=$?
case $status in 124 | 137) /usr/lib/wine/wineserver64 -k ;; esac
exit $status
