"""Silero in numpy: the encoder over many chunks at once, the recurrent part step by step.

The network and the weights of the package's ONNX file: an STFT, four convolutions over its frames,
an LSTM cell, one output. What it says differs in the last bits of a float32. Nothing but numpy runs,
which starts quicker and costs less than a session for each chunk.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from callwatch.core.arrays import FloatArray

_REFLECTED: Final = 64  # samples that are mirrored behind a chunk before the STFT
_HOP: Final = 128
_ONE: Final = np.float32(1.0)
_HALF: Final = np.float32(0.5)


class SileroWeights:
    """The layers, shaped for matrix products. Raises OSError, KeyError or ValueError for another file."""

    def __init__(self, path: Path) -> None:
        held = dict(_initializers(path.read_bytes()))
        # The basis is that of a Fourier transform under a window, which its first, constant row shows.
        self._window = held["stft.forward_basis_buffer"][0, 0].copy()
        layers = [f"encoder.{number}.reparam_conv" for number in range(4)]
        # Each convolution as matrix products over its frames beside each other: 4 -> 4 -> 2 -> 1 -> 1.
        self._convolutions = [
            _matrices(held[f"{layer}.weight"], frames, stride)
            for layer, frames, stride in zip(layers, (4, 4, 2, 1), (1, 2, 2, 1), strict=True)
        ]
        self._biases = [
            np.tile(held[f"{layer}.bias"], count)
            for layer, count in zip(layers, (4, 2, 1, 1), strict=True)
        ]
        self._input = held["decoder.rnn.weight_ih"].T.copy()
        self._recurrent = held["decoder.rnn.weight_hh"].T.copy()
        self._bias = held["decoder.rnn.bias_ih"] + held["decoder.rnn.bias_hh"]
        # sigmoid(x) = (1 + tanh(x / 2)) / 2: with its gates halved, one tanh does all four.
        for part in (self._input, self._recurrent, self._bias):
            part[..., :256] *= 0.5
            part[..., 384:] *= 0.5
        self._output = held["decoder.decoder.2.weight"][0, :, 0].copy()
        self._output_bias = float(held["decoder.decoder.2.bias"][0])

    def spectra(self, sound: FloatArray) -> FloatArray:
        """What does not depend on the gain: (n, 512) of `sound` (n, context and chunk)."""
        mirrored = sound[:, -2 : -2 - _REFLECTED : -1]
        whole = np.concatenate((sound, mirrored), axis=1)
        frames = sliding_window_view(whole, len(self._window), axis=1)[:, ::_HOP]
        magnitude: FloatArray = np.abs(np.fft.rfft(frames * self._window))
        return _convolved(magnitude.reshape(len(sound), -1), self._convolutions[0])

    def encoded(self, spectra: FloatArray, gain: FloatArray) -> FloatArray:
        """The LSTM's input, (n, 512), of `spectra` heard with `gain` (n,)."""
        first, *biases = self._biases
        x = np.maximum(spectra * gain[:, None] + first, 0.0)
        for weights, bias in zip(self._convolutions[1:], biases, strict=True):
            x = np.maximum(_convolved(x, weights) + bias, 0.0)
        out: FloatArray = x @ self._input + self._bias
        return out

    def steps(self, encoded: FloatArray, hidden: FloatArray, cell: FloatArray) -> FloatArray:
        """Probability of speech, (k, n), of k chunks of n channels, from `encoded` (k, n, 512).

        `hidden` and `cell` (k + 1, n, 128) begin with the memory before; that after each chunk follows.
        """
        add, multiply, tanh, dot = np.add, np.multiply, np.tanh, np.dot
        gates = np.empty(encoded.shape[1:], np.float32)
        new, keep, both = gates[:, :128], gates[:, 128:256], gates[:, :256]
        seen, shown = gates[:, 256:384], gates[:, 384:]
        chunks = zip(encoded, hidden[:-1], hidden[1:], cell[:-1], cell[1:], strict=True)
        for heard, before, after, kept, now in chunks:
            dot(before, self._recurrent, gates)
            add(gates, heard, gates)
            tanh(gates, gates)
            add(both, _ONE, both)
            multiply(kept, keep, now)
            multiply(new, seen, new)
            add(now, new, now)
            multiply(now, _HALF, now)
            add(shown, _ONE, shown)
            multiply(shown, _HALF, shown)
            tanh(now, after)
            multiply(after, shown, after)
        out = np.maximum(hidden[1:], 0.0) @ self._output + self._output_bias
        likely: FloatArray = _HALF + _HALF * np.tanh(_HALF * out)
        return likely


def _matrices(weight: FloatArray, frames: int, stride: int) -> list[tuple[slice, FloatArray]]:
    """A convolution, (out, in, 3 taps) with a frame of zeros on both sides: for each frame that comes out
    the columns it is made of and their matrix, (columns, out)."""
    inputs, found = weight.shape[1], []
    for start in range(0, frames, stride):
        taps = [tap for tap in range(3) if 0 <= start + tap - 1 < frames]
        first = start + taps[0] - 1
        matrix = np.ascontiguousarray(np.concatenate([weight[:, :, tap].T for tap in taps]))
        found.append((slice(first * inputs, (first + len(taps)) * inputs), matrix))
    return found


def _convolved(x: FloatArray, matrices: list[tuple[slice, FloatArray]]) -> FloatArray:
    """`x` (n, frames * in) through a convolution: (n, frames' * out)."""
    return np.concatenate([x[:, columns] @ matrix for columns, matrix in matrices], axis=1)


# Field numbers of ONNX's protobuf messages.
_GRAPH, _INITIALIZER, _DIMS, _NAME, _RAW = 7, 5, 1, 8, 9
_VARINT, _FIXED_64, _BYTES, _FIXED_32 = 0, 1, 2, 5


def _initializers(model: bytes) -> Iterator[tuple[str, FloatArray]]:
    """The float32 weights of an ONNX model by their names, without the leading `model.`"""
    for graph in _fields(model, _GRAPH):
        for tensor in _fields(graph, _INITIALIZER):
            dims = [size for part in _fields(tensor, _DIMS) for size in _varints(part)]
            (name,), (raw,) = _fields(tensor, _NAME), _fields(tensor, _RAW)
            if len(raw) == 4 * int(np.prod(dims)):
                values = np.frombuffer(raw, "<f4").reshape(dims).astype(np.float32)
                yield name.decode("utf-8").removeprefix("model."), values


def _fields(message: bytes, wanted: int) -> list[bytes]:
    """The values of one field; a number as the bytes that it was written with."""
    found, at = [], 0
    while at < len(message):
        key, at = _varint(message, at)
        kind, start = key & 7, at
        if kind == _VARINT:
            _, at = _varint(message, at)
        elif kind == _BYTES:
            length, start = _varint(message, at)
            at = start + length
        elif kind in (_FIXED_32, _FIXED_64):
            at += 4 if kind == _FIXED_32 else 8
        else:
            raise ValueError("no ONNX file")
        if key >> 3 == wanted:
            found.append(message[start:at])
    return found


def _varints(packed: bytes) -> Iterator[int]:
    at = 0
    while at < len(packed):
        value, at = _varint(packed, at)
        yield value


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at, value, shift = at + 1, value | (byte & 127) << shift, shift + 7
        if byte < 128:
            return value, at
