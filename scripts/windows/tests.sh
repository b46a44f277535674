#!/bin/bash
# tests.sh FOLDER ARGS...: pytest on the Windows Python of FOLDER, in two processes. All it says is in FOLDER/tests.log;
# shown are failures as they come, and the end.
# No time limit costs the name of a failure: a test that hangs ends its process, is named, and another process goes on;
# when the whole takes too long, no other test begins.
set -uo pipefail
[ $# -ge 2 ] || { echo "usage: tests.sh FOLDER ARGS..." >&2; exit 2; }
here=$(dirname "$0") work=$1
shift
# -u: what was said is seen even when the program is ended.
RUN_TIMEOUT=2000 "$here/run.sh" "$work" -u -m pytest -v --tb=short --color=no -p no:cacheprovider -n "${WORKERS:-2}" \
  --timeout 200 --session-timeout 1700 --durations 10 -m "not pulse and not window" "$@" |
  tee "$work/tests.log" |
  sed -un -E '/^=+ (FAILURES|ERRORS|slowest)/,$p; /^\[gw[0-9]+\].* (FAILED|ERROR) /p'
