import os
import sys
import threading

import pytest

from callwatch.app.priority import STAND_BACK, run_at_low_priority


def priority() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def test_the_work_and_what_it_starts_stand_back_and_the_caller_does_not() -> None:
    if sys.platform != "linux":
        assert run_at_low_priority(lambda: 1) == 1
        return
    before, seen = priority(), []

    def work() -> str:
        started = threading.Thread(target=lambda: seen.append(priority()))
        started.start()
        started.join()
        seen.append(priority())
        return "done"

    assert run_at_low_priority(work) == "done"
    assert seen == [before + STAND_BACK] * 2
    assert priority() == before


def test_what_goes_wrong_is_raised_to_the_caller() -> None:
    def work() -> None:
        raise ValueError("broken model")

    with pytest.raises(ValueError, match="broken model"):
        run_at_low_priority(work)
