"""The network of a packed model (BERT: Devlin et al. 2019) as an ONNX model.

The matrices stay in 4 bits: MatMulNBits multiplies them with activations in 8 bits, for which
every processor has quick instructions. It wants weights 2j and 2j + 1 of a block in byte j.
"""

from typing import Final

import numpy as np

from callwatch.core.arrays import FloatArray
from callwatch.phrases.encoder import onnx_format
from callwatch.phrases.encoder.packed_model import BLOCK, Blocks, PackedModel

SOURCE: Final = "word_vectors"
RESULT: Final = "token_vectors"
_CONTRIBUTED: Final = "com.microsoft"
# Activations in 8 bits: 0.99996 of the vectors that float32 gives, in 0.6 of the time.
_INT8: Final = 4


def encoder_model(packed: PackedModel) -> bytes:
    """From normed word vectors, float32 (1, tokens, width), to token vectors of that shape."""
    return _Writer(packed).write()


class _Writer:
    """Collects nodes and tensors, one layer after the other."""

    def __init__(self, packed: PackedModel) -> None:
        self._packed = packed
        self._nodes: list[bytes] = []
        self._tensors: list[bytes] = []

    def write(self) -> bytes:
        shape, flow = self._packed.shape, SOURCE
        for layer in range(shape.layers):
            flow = self._layer(f"l{layer}", flow, RESULT if layer == shape.layers - 1 else "")
        return onnx_format.model(self._nodes, self._tensors, SOURCE, RESULT, shape.width)

    def _layer(self, name: str, flow: str, result: str) -> str:
        """Attention, then the inner network; each is added to its input and normed."""
        width, inner = self._packed.shape.width, self._packed.shape.inner
        parts = [f"{name}.{part}" for part in "qkv"]
        joined = self._product(flow, f"{name}.qkv", parts, width)
        self._node("Split", [joined], parts, "", axis=2, num_outputs=3)
        heads = self._node(
            "MultiHeadAttention", parts, f"{name}.heads", num_heads=self._packed.shape.heads
        )
        attended = self._product(heads, f"{name}.attended", [f"{name}.ao"], width)
        flow = self._normed(attended, flow, f"{name}.aln", f"{name}.middle")
        wide = self._product(flow, f"{name}.wide", [f"{name}.fi"], width)
        wide = self._node("Gelu", [wide], f"{name}.gelu")
        narrow = self._product(wide, f"{name}.narrow", [f"{name}.fo"], inner)
        return self._normed(narrow, flow, f"{name}.oln", result or f"{name}.out")

    def _product(self, flow: str, name: str, matrices: list[str], inputs: int) -> str:
        """`flow` times the matrices side by side, plus their biases."""
        blocks = np.concatenate([self._packed.blocks(f"{one}.w", inputs) for one in matrices])
        bias = np.concatenate([self._packed.floats(f"{one}.b") for one in matrices])
        scales = blocks["scale"].astype(np.float32).reshape(-1)
        weights = [self._tensor(f"{name}.weights", _neighbours(blocks))]
        weights.append(self._tensor(f"{name}.scales", scales))
        return self._node(
            "MatMulNBits",
            [flow, *weights, "", "", self._tensor(f"{name}.bias", bias)],
            name,
            K=inputs,
            N=len(blocks),
            bits=4,
            block_size=BLOCK,
            accuracy_level=_INT8,
        )

    def _normed(self, flow: str, skip: str, norm: str, output: str) -> str:
        weights = [
            self._tensor(f"{norm}.{part}", self._packed.floats(f"{norm}.{part}")) for part in "wb"
        ]
        return self._node(
            "SkipLayerNormalization",
            [flow, skip, *weights],
            output,
            epsilon=self._packed.shape.epsilon,
        )

    def _tensor(
        self, name: str, values: FloatArray | np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
    ) -> str:
        self._tensors.append(onnx_format.tensor(name, values))
        return name

    def _node(
        self,
        operator: str,
        inputs: list[str],
        output: list[str] | str,
        domain: str = _CONTRIBUTED,
        **attributes: float,
    ) -> str:
        self._nodes.append(onnx_format.node(operator, inputs, output, domain, **attributes))
        return output if isinstance(output, str) else output[0]


def _neighbours(blocks: Blocks) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """The 4-bit numbers with neighbours in one byte, uint8 (outputs, blocks, 16)."""
    pairs = blocks["pairs"]
    numbers = np.concatenate([pairs & 15, pairs >> 4], axis=-1)
    packed: np.ndarray[tuple[int, ...], np.dtype[np.uint8]] = (
        numbers[..., 0::2] | numbers[..., 1::2] << 4
    )
    return packed
