"""Silero as its makers ship it, run by onnxruntime: what callwatch's own numpy network is measured against.

One call gives one number per channel for 32 ms of sound.
"""

import os
from typing import Any

import numpy as np

from callwatch.core.arrays import FloatArray
from callwatch.voice.vad.silero import model_path

# Read when onnxruntime is imported: else it makes an identity for this machine in the user's cache
# folder and sends what it did to its maker.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime

# Cheapest first: 95 us a chunk against 105 us for the plain file (the plain one also holds 8 kHz).
MODEL_FILES = ("silero_vad_op18_ifless.onnx", "silero_vad_16k_op15.onnx", "silero_vad.onnx")


class Silero:
    """The model with its memory of both channels."""

    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        # The model is tiny: a second thread costs more in hand-over than it saves.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(model_path(MODEL_FILES)), options, providers=["CPUExecutionProvider"]
        )
        self._takes_rate = any(node.name == "sr" for node in self._session.get_inputs())
        self._rate = np.array(16_000, dtype=np.int64)
        self._state = np.zeros((2, 2, 128), dtype=np.float32)

    def predict(self, rows: slice, sound: FloatArray) -> FloatArray:
        """Probability of speech, shape (n,), for `sound` (n, CONTEXT + CHUNK) of the n `rows`.

        Both channels in one call cost half as much again as one; the other row keeps its memory.
        """
        feed: dict[str, Any] = {"input": sound, "state": self._state[:, rows]}
        if self._takes_rate:
            feed["sr"] = self._rate
        probability, state = self._session.run(None, feed)
        self._state[:, rows] = state
        result: FloatArray = probability[:, 0]
        return result
