"""Devices on one time axis: drift, jitter, hiccups, silence and loss, on a simulated clock."""

import numpy as np
import pytest
from tests.audio.simulated import Device, joined, late_by_s, run, sweep

from callwatch.audio.channel_aligner import GRACE_S, ChannelAligner
from callwatch.audio.inbox import Chunk
from callwatch.core.arrays import DoubleArray, FloatArray
from callwatch.core.audio import CallBlock
from callwatch.core.channels import Channel
from callwatch.core.spans import TimeSpan, total_s


def gaps(blocks: list[CallBlock], channel: Channel) -> list[TimeSpan]:
    return [span for block in blocks for side, span in block.dropped if side is channel]


@pytest.mark.parametrize("block_s", [0.02, 0.1, 0.237])
def test_one_two_channel_device_comes_through_whole(block_s: float) -> None:
    device = Device(0, sweep, channels=2)
    blocks = run(ChannelAligner(0.0, 1, block_s), list(device.chunks(0, 10)), 9.5)
    samples = joined(blocks)
    assert samples.shape[1] >= 9.0 * 16_000
    assert total_s(gaps(blocks, Channel.AGENT)) < 0.01
    assert abs(late_by_s(samples[0], sweep, 3.0)) < 0.005
    middle = slice(16_000, 128_000)
    ratio = samples[1, middle].std() / samples[0, middle].std()
    assert ratio == pytest.approx(0.5, abs=0.01)


def test_the_sides_of_a_two_channel_device_can_be_swapped() -> None:
    mixer = ChannelAligner(0.0, 1, 0.1, (Channel.CUSTOMER, Channel.AGENT))
    samples = joined(run(mixer, list(Device(0, sweep, channels=2).chunks(0, 3)), 3))
    assert samples[0].std() < 0.6 * samples[1].std()


@pytest.mark.parametrize(("agent_ppm", "customer_ppm"), [(0, 200), (150, -150), (-450, 60)])
def test_drifting_devices_stay_aligned_and_the_drift_is_told(
    agent_ppm: float, customer_ppm: float
) -> None:
    chunks = [
        *Device(0, sweep, 48_000, agent_ppm, chunk_s=0.04, seed=1).chunks(0, 120),
        *Device(1, sweep, 44_100, customer_ppm, chunk_s=0.04, seed=2).chunks(0, 120),
    ]
    mixer = ChannelAligner(0.0, 2, 0.1)
    samples = joined(run(mixer, chunks, 120))
    assert mixer.drift_ppm(Channel.AGENT) == pytest.approx(agent_ppm, abs=10)
    assert mixer.drift_ppm(Channel.CUSTOMER) == pytest.approx(customer_ppm, abs=10)
    # Uncorrected, 300 ppm are 33 ms here; the ear notices about 10.
    for at_s in (30.0, 70.0, 115.0):
        for row in samples:
            assert abs(late_by_s(row, sweep, at_s)) < 0.012
        sides = late_by_s(samples[0], sweep, at_s) - late_by_s(samples[1], sweep, at_s)
        assert abs(sides) < 0.012


def test_drift_is_not_claimed_before_it_is_known() -> None:
    mixer = ChannelAligner(0.0, 2, 0.1)
    chunks = [*Device(0, sweep).chunks(0, 40), *Device(1, sweep, ppm=300).chunks(0, 40)]
    run(mixer, chunks, 40)
    assert mixer.drift_ppm(Channel.CUSTOMER) is None


def test_following_makes_no_clicks() -> None:
    def tone(t: DoubleArray) -> FloatArray:
        sound: FloatArray = (0.4 * np.sin(2 * np.pi * 440 * t)).astype(np.float32)
        return sound

    chunks = [*Device(0, tone, ppm=-300).chunks(0, 90), *Device(1, tone, ppm=300).chunks(0, 90)]
    samples = joined(run(ChannelAligner(0.0, 2, 0.1), chunks, 90))
    for row in samples[:, 16_000:]:
        # The second difference of a 440 Hz sine at 16 kHz is bounded; a click stands far above.
        curvature = np.abs(np.diff(row.astype(np.float64), 2)).max()
        assert curvature < 1.1 * 0.4 * 32768 * (2 * np.pi * 440 / 16_000) ** 2 + 2


def test_a_hiccup_loses_nothing() -> None:
    """All chunks of 0.3 s come late and at once, as when the machine was busy."""
    chunks = []
    for chunk in Device(0, sweep, channels=2, jitter_s=0.001).chunks(0, 10):
        late = 5.0 <= chunk.arrived_s < 5.3
        arrived_s = 5.3 if late else chunk.arrived_s
        chunks.append(Chunk(0, 0, chunk.waveform, chunk.frame, chunk.rate_hz, arrived_s))
    blocks = run(ChannelAligner(0.0, 1, 0.1), chunks, 9)
    assert total_s(gaps(blocks, Channel.AGENT)) < 0.01
    assert abs(late_by_s(joined(blocks)[0], sweep, 6.0)) < 0.005


def test_frames_without_room_leave_an_exact_hole() -> None:
    chunks = [
        chunk
        for chunk in Device(0, sweep, channels=2).chunks(0, 10)
        if not 4.0 <= chunk.frame / 48_000 < 4.5
    ]
    blocks = run(ChannelAligner(0.0, 1, 0.1), chunks, 9)
    for channel in Channel:
        assert total_s(gaps(blocks, channel)) == pytest.approx(0.5, abs=0.01)
    samples = joined(blocks)
    assert not samples[:, round(4.02 * 16_000) : round(4.48 * 16_000)].any()
    assert abs(late_by_s(samples[0], sweep, 6.0)) < 0.005


@pytest.mark.parametrize("devices", [1, 2])
def test_a_loopback_that_goes_silent_is_filled_from_the_clock(devices: int) -> None:
    """Windows: no chunk and no frame while nothing plays; frame numbers go on afterwards."""
    index = devices - 1
    side = Device(index, sweep, channels=2)
    first = list(side.chunks(0, 3))
    second = [*side.chunks(7.25, 12, first_frame=first[-1].end_frame)]
    chunks = first + second
    if devices == 2:
        chunks += Device(0, sweep, seed=5).chunks(0, 12)
    blocks = run(ChannelAligner(0.0, devices, 0.1), chunks, 11.5)
    assert total_s(gaps(blocks, Channel.CUSTOMER)) == pytest.approx(4.25, abs=0.15)
    row = joined(blocks)[1]
    assert not row[round(3.1 * 16_000) : round(7.2 * 16_000)].any()
    assert abs(late_by_s(row, sweep, 1.0, 1.5)) < 0.008
    assert abs(late_by_s(row, sweep, 8.0)) < 0.008
    if devices == 2:
        assert total_s(gaps(blocks, Channel.AGENT)) < 0.01


def test_the_other_side_is_late_by_no_more_than_the_grace() -> None:
    mixer = ChannelAligner(0.0, 2, 0.1)
    for chunk in Device(0, sweep, jitter_s=0.0).chunks(0, 5):
        mixer.accept(chunk)
        for block in mixer.due(chunk.arrived_s):
            assert chunk.arrived_s - block.end_s <= GRACE_S + 0.05
    assert not list(mixer.due(5.0))
    assert len(list(mixer.due(5.0 + GRACE_S))) >= 3


def test_a_device_that_was_opened_again_is_placed_by_its_arrival() -> None:
    before = Device(1, sweep, seed=3)
    after = Device(1, sweep, rate_hz=44_100, epoch=1, seed=4)
    chunks = [
        *Device(0, sweep).chunks(0, 15),
        *before.chunks(0, 5),
        *after.chunks(8, 15),
    ]
    blocks = run(ChannelAligner(0.0, 2, 0.1), chunks, 14.5)
    assert total_s(gaps(blocks, Channel.CUSTOMER)) == pytest.approx(3.0, abs=0.05)
    assert abs(late_by_s(joined(blocks)[1], sweep, 10.0)) < 0.008


def test_a_device_that_was_first_placed_too_late_is_put_right() -> None:
    """The first 0.4 s arrive 0.3 s late, as while programs start; then all is prompt."""
    chunks = []
    for chunk in Device(1, sweep, jitter_s=0.001).chunks(0, 10):
        arrived_s = max(chunk.arrived_s, min(0.7, chunk.arrived_s + 0.3))
        chunks.append(Chunk(1, 0, chunk.waveform, chunk.frame, chunk.rate_hz, arrived_s))
    chunks += Device(0, sweep).chunks(0, 10)
    samples = joined(run(ChannelAligner(0.0, 2, 0.1), chunks, 9))
    assert abs(late_by_s(samples[1], sweep, 4.0)) < 0.008


def test_no_device_at_all_is_silence_on_time() -> None:
    blocks = list(ChannelAligner(100.0, 2, 0.1).due(110.0))
    assert pytest.approx(0.4) == GRACE_S
    assert len(blocks) == 96
    assert not joined(blocks).any()
    assert total_s(gaps(blocks, Channel.AGENT)) == pytest.approx(10 - GRACE_S)
