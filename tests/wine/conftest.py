"""callwatch on a Windows Python under Wine: run by `make test-windows`, which sets CALLWATCH_WINE."""

import os

collect_ignore_glob = [] if os.environ.get("CALLWATCH_WINE") else ["test_*.py"]
