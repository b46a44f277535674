"""Writes the few parts of an ONNX model that the encoder needs (onnx.proto3, protocol buffers).

A field is a key (number and wire type) and a value: a varint, four bytes, or a length and bytes.
"""

import struct
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

_VARINT, _BYTES, _FIXED32 = 0, 2, 5
_TENSOR_TYPES: Final = {"float32": 1, "uint8": 2}
_FLOAT_ATTRIBUTE, _INT_ATTRIBUTE = 1, 2
_IR_VERSION: Final = 8
OPERATORS: Final = {"": 18, "com.microsoft": 1}


def node(
    operator: str,
    inputs: Sequence[str],
    output: Sequence[str] | str,
    domain: str,
    **attributes: float,
) -> bytes:
    """A NodeProto. Attributes are int or float; an input named "" is left out."""
    outputs = [output] if isinstance(output, str) else output
    fields = [_text(1, name) for name in inputs] + [_text(2, name) for name in outputs]
    fields += [_text(3, outputs[0]), _text(4, operator)]
    fields += [_field(5, _attribute(name, value)) for name, value in attributes.items()]
    return b"".join([*fields, _text(7, domain)])


def tensor(name: str, values: npt.NDArray[np.generic]) -> bytes:
    """A TensorProto of float32 or uint8 numbers."""
    sizes = [_number(1, size) for size in values.shape]
    kind = _number(2, _TENSOR_TYPES[values.dtype.name])
    return b"".join(
        [*sizes, kind, _text(8, name), _field(9, np.ascontiguousarray(values).tobytes())]
    )


def model(
    nodes: Sequence[bytes], tensors: Sequence[bytes], source: str, result: str, width: int
) -> bytes:
    """A ModelProto whose input `source` and output `result` are float32 (1, any length, width)."""
    graph = [_field(1, one) for one in nodes] + [_text(2, "encoder")]
    graph += [_field(5, one) for one in tensors]
    graph += [_field(11, _value(source, width)), _field(12, _value(result, width))]
    operators = [
        _field(8, _text(1, domain) + _number(2, version)) for domain, version in OPERATORS.items()
    ]
    return b"".join([_number(1, _IR_VERSION), *operators, _field(7, b"".join(graph))])


def _value(name: str, width: int) -> bytes:
    sizes = [_number(1, 1), _text(2, "length"), _number(1, width)]
    shape = b"".join(_field(1, size) for size in sizes)
    return _text(1, name) + _field(
        2, _field(1, _number(1, _TENSOR_TYPES["float32"]) + _field(2, shape))
    )


def _attribute(name: str, value: float) -> bytes:
    if isinstance(value, int):
        return _text(1, name) + _number(3, value) + _number(20, _INT_ATTRIBUTE)
    single = _varint(2 << 3 | _FIXED32) + struct.pack("<f", value)
    return _text(1, name) + single + _number(20, _FLOAT_ATTRIBUTE)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3 | _VARINT) + _varint(value)


def _field(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | _BYTES) + _varint(len(value)) + value


def _text(field: int, value: str) -> bytes:
    return _field(field, value.encode("utf-8"))
