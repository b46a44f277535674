import pytest

from callwatch.session.recognition import RecognitionStats
from callwatch.session.transcription_gaps import TranscriptionGaps


def test_a_moment_that_was_missed_is_not_told() -> None:
    skipped = TranscriptionGaps()
    few = RecognitionStats(heard_s=60.0, skipped_s=0.5)
    assert skipped.observe(few, 60.0) == []
    assert skipped.warning(few) is None


def test_a_machine_that_is_too_slow_is_told_once_and_in_the_report() -> None:
    skipped = TranscriptionGaps()
    [note] = skipped.observe(RecognitionStats(heard_s=60.0, skipped_s=4.0), 70.0)
    assert (note.time_s, note.channel, note.code) == (70.0, None, "speech_skipped")
    much = RecognitionStats(heard_s=60.0, skipped_s=31.0)
    assert skipped.observe(much, 99.0) == []
    told = skipped.warning(much)
    assert told is not None
    assert told.params == {"what": "slow", "skipped_s": 31.0}


def test_a_model_that_fails_is_told_as_such() -> None:
    told = TranscriptionGaps().warning(RecognitionStats(skipped_s=12.0, failures=5))
    assert told is not None
    assert told.params == {"what": "failed", "skipped_s": 12.0, "failures": 5}


@pytest.mark.parametrize(("missed_s", "shown"), [(2.9, False), (3.1, True)])
def test_a_sentence_that_was_missed_is_shown(missed_s: float, shown: bool) -> None:
    stats = RecognitionStats(heard_s=60.0, skipped_s=missed_s)
    assert bool(TranscriptionGaps().observe(stats, 60.0)) is shown
    assert (TranscriptionGaps().warning(stats) is not None) is shown
