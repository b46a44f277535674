"""The log names what failed and where, and never a word, a number or a name of a call."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

import numpy as np
import pytest
from tests.access import is_owners_alone

from callwatch.core import log
from callwatch.core.channels import Channel, Language
from callwatch.core.log import Plain, log_path, logged, start_log, stop_log
from callwatch.core.words import Utterance
from callwatch.session.recognition import InlineRecognition, RecognitionWorker
from callwatch.speech.protocol import RecognitionError, SpeechChunk

SECRETS = ("sesame", "4111", "Lindqvist", "anna@example.com")
SAID = "the word is sesame, my card is 4111 1111, I am Lindqvist, anna@example.com"


@pytest.fixture(autouse=True)
def started() -> Iterator[None]:
    start_log("1.2.3")
    yield
    stop_log()


def written() -> str:
    folder = log_path().parent
    return "".join(path.read_text("utf-8") for path in sorted(folder.glob("callwatch.log*")))


class Kind(Enum):
    ODD = "sesame"


class Quoting:
    """An engine whose errors quote what it heard."""

    name = "quoting"
    model: str | None = None
    language: Language | None = Language.EN

    def accept(self, chunk: SpeechChunk) -> list[Utterance]:
        try:
            raise ValueError(SAID)
        except ValueError as exc:
            raise RecognitionError(f"cannot decode {SAID!r}") from exc

    def reset(self, channel: Channel) -> None:
        """Nothing is kept."""

    def close(self) -> None:
        """Nothing is held."""


def chunk(number: int) -> SpeechChunk:
    samples = np.zeros(16_000, dtype=np.int16)
    return SpeechChunk(Channel.CUSTOMER, f"c-{number}", samples, number, number + 1.0, True)


@pytest.mark.parametrize("in_thread", [False, True])
def test_an_engine_that_quotes_what_was_said_is_named_without_it(in_thread: bool) -> None:
    engine = Quoting()
    recognition = RecognitionWorker(engine) if in_thread else InlineRecognition(engine)
    recognition.submit([chunk(number) for number in range(3)])
    recognition.finish()
    recognition.close()
    assert recognition.stats.failures == 3
    text = written()
    assert "callwatch.session.recognition: the engine failed (3 in a row): RecognitionError" in text
    assert "test_log.py" in text
    assert "from ValueError" in text
    assert not [secret for secret in SECRETS if secret in text]


def test_only_numbers_and_what_is_the_programs_own_are_written() -> None:
    logger = logging.getLogger("callwatch.test")
    logger.warning("%s %s %s %d %.2f", SAID, Path("/calls/Lindqvist.wav"), [SAID], 7, 0.5)
    logger.warning("%s %s %s", Kind.ODD, Plain("model"), None)
    logger.error("%(name)s", {"name": SAID})
    text = written()
    assert "callwatch.test: ... ... ... 7 0.50" in text
    assert "callwatch.test: odd model none" in text
    assert not [secret for secret in SECRETS if secret in text]


def test_what_is_suppressed_is_noted_and_other_errors_pass() -> None:
    logger = logging.getLogger("callwatch_ui.test")
    with logged(logger, "the file stays", OSError):
        raise FileNotFoundError(2, "No such file", "/calls/Lindqvist.wav")
    with pytest.raises(KeyError), logged(logger, "the file stays", OSError):
        raise KeyError(SAID)
    text = written()
    assert "callwatch_ui.test: the file stays: FileNotFoundError 2 at test_log.py:" in text
    assert not [secret for secret in SECRETS if secret in text]


def test_other_libraries_stay_out() -> None:
    logging.getLogger("sqlalchemy.engine").error(SAID)
    logging.getLogger().error(SAID)
    assert "sesame" not in written()


def test_it_is_its_owners_alone_and_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "MAX_BYTES", 2000)
    start_log("1.2.3")
    for number in range(200):
        logging.getLogger("callwatch.test").warning("fault %d", number)
    files = sorted(log_path().parent.iterdir())
    assert [path.name for path in files] == ["callwatch.log", "callwatch.log.1"]
    for path in files:
        assert path.stat().st_size <= 2000
        assert is_owners_alone(path)


def test_a_log_that_cannot_be_written_costs_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(log, "log_path", lambda: tmp_path / "file" / "callwatch.log")
    start_log("1.2.3")
    with logged(logging.getLogger("callwatch.test"), "a fault", OSError):
        raise OSError(28, "No space left on device")
    assert capsys.readouterr().err == ""


def test_without_a_log_nothing_is_printed_and_nobody_else_gets_it() -> None:
    program = (
        "import logging\n"
        "logging.basicConfig()\n"
        "from callwatch.core.log import logged, logger_of\n"
        "with logged(logger_of('callwatch_ui.test'), 'a fault', ValueError):\n"
        f"    raise ValueError({SAID!r})\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_without_a_fault_there_is_no_file() -> None:
    assert not log_path().exists()
    logging.getLogger("callwatch.test").warning("a fault")
    assert written().startswith("callwatch 1.2.3, Python 3.")


def test_several_threads_write_whole_lines() -> None:
    def write() -> None:
        for number in range(50):
            logging.getLogger("callwatch.test").info("line %d", number)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert written().count("callwatch.test: line ") == 200
