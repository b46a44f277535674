"""A segment that loses audio is ended, and its rest is another segment."""

import numpy as np

from callwatch.core.channels import Channel
from callwatch.speech.protocol import SpeechChunk
from callwatch.speech.segment_cutter import SegmentCutter

A, C = Channel.AGENT, Channel.CUSTOMER


def piece(segment: str, start_s: float, length_s: float = 1.0, last: bool = False) -> SpeechChunk:
    samples = np.zeros(round(length_s * 16_000), dtype=np.int16)
    channel = A if segment.startswith("a") else C
    return SpeechChunk(channel, segment, samples, start_s, start_s + length_s, last)


def send(cutter: SegmentCutter, *chunks: SpeechChunk) -> list[str]:
    """The names that the chunks go by."""
    names = []
    for chunk in chunks:
        renamed = cutter.renamed(chunk)
        cutter.sent(renamed)
        names.append(renamed.segment_id)
    return names


def test_without_a_cut_every_name_stays() -> None:
    cutter = SegmentCutter("~")
    assert send(cutter, piece("c-1", 0.0), piece("c-1", 1.0, last=True)) == ["c-1", "c-1"]
    assert cutter.cut(C, 2.0) is None  # nothing is open


def test_a_cut_ends_what_was_sent_and_renames_the_rest() -> None:
    cutter = SegmentCutter("~")
    send(cutter, piece("c-1", 0.0), piece("c-1", 1.0))
    end = cutter.cut(C, 2.5)
    assert end is not None
    assert (end.segment_id, end.is_last) == ("c-1", True)
    assert (end.start_s, end.duration_s, end.consumed_s) == (2.0, 0.0, 2.5)
    assert cutter.cut(C, 2.6) is None
    assert send(cutter, piece("c-1", 4.0), piece("c-1", 5.0, last=True)) == ["c-1~", "c-1~"]
    assert send(cutter, piece("c-2", 7.0)) == ["c-2"]


def test_a_segment_cut_again_has_a_third_name() -> None:
    cutter = SegmentCutter("+")
    for name in ("c-1", "c-1+", "c-1++"):
        assert send(cutter, piece("c-1", 0.0)) == [name]
        end = cutter.cut(C, 1.0)
        assert end is not None
        assert end.segment_id == name


def test_the_next_segment_is_cut_under_its_own_name() -> None:
    cutter = SegmentCutter("~")
    send(cutter, piece("c-1", 0.0))
    cutter.cut(C, 1.0)
    send(cutter, piece("c-1", 2.0, last=True), piece("c-2", 4.0))
    end = cutter.cut(C, 5.0)
    assert end is not None
    assert end.segment_id == "c-2"
    assert send(cutter, piece("c-2", 6.0)) == ["c-2~"]


def test_the_sides_are_cut_apart() -> None:
    cutter = SegmentCutter("~")
    send(cutter, piece("c-1", 0.0), piece("a-1", 0.0))
    assert cutter.cut(C, 1.0) is not None
    assert send(cutter, piece("a-1", 1.0), piece("c-1", 1.0)) == ["a-1", "c-1~"]


def test_it_knows_whether_a_part_was_sent() -> None:
    cutter = SegmentCutter("~")
    assert not cutter.has_begun(piece("c-1", 0.0))
    send(cutter, piece("c-1", 0.0))
    assert cutter.has_begun(piece("c-1", 1.0))
    assert not cutter.has_begun(piece("c-2", 1.0))
    assert not cutter.has_begun(piece("a-1", 1.0))
    send(cutter, piece("c-1", 1.0, last=True))
    assert not cutter.has_begun(piece("c-1", 2.0))
