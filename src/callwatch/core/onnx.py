"""Runs an ONNX model: the only file that imports onnxruntime."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from callwatch.core.build import how_to_install
from callwatch.core.errors import MissingPartError

if TYPE_CHECKING:
    import onnxruntime


def open_session(model: Path | bytes) -> "onnxruntime.InferenceSession":
    """A session for a model file or its content, on one thread of the processor.

    Raises MissingPartError when onnxruntime is not installed or cannot be loaded.
    """
    # Read when it is imported: else it makes an identity for this machine in the user's cache
    # folder and sends what it did to its maker. Nothing leaves this machine.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        import onnxruntime
    except ImportError as exc:
        if isinstance(exc.__cause__ or exc.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from exc  # how a library that starts tells of Ctrl-C
        raise MissingPartError(
            f"The package onnxruntime is missing: {how_to_install('onnxruntime')}."
        ) from exc
    options = onnxruntime.SessionOptions()
    # The models are small: a second thread costs more in hand-over than it saves.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.enable_cpu_mem_arena = False  # it keeps what the longest input needed
    options.log_severity_level = 3
    source = model if isinstance(model, bytes) else str(model)
    session = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    if isinstance(model, bytes):
        session._model_bytes = None  # kept to start again elsewhere, which nobody does
    return session
