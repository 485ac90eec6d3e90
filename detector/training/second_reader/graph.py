"""The second reader's computation as an ONNX graph without weights, which a session is given.

The graph is a part of the package and the weights are one of a model folder, so that a model from a
stranger brings numbers and never operators. Matrices are multiplied in int8, by operators that
onnxruntime joins into one kernel, as it does for its own ``quantize_dynamic``.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from chaffinch.detector.training.second_reader.network import EPSILON, Shape
from chaffinch.features.second_reader.network import LONGEST

_OPSET = 20
"""Of ONNX; the first with Gelu."""

_IR_VERSION = 9
"""Of ONNX; what came with this opset. onnxruntime 1.20 reads no later one than 10."""


class _Graph:
    """A graph as it grows."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.tensors: dict[str, TensorProto] = {}

    def given(self, name: str, kind: int, *shape: int) -> str:
        """Declare an array that a session must be given; there is no file of that location."""
        tensor = TensorProto(name=name, data_type=kind, dims=shape)
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value="given")
        self.tensors[name] = tensor
        return name

    def constant(self, value: NDArray[Any]) -> str:
        """Add a small array of the graph's own, once."""
        name = f"{value.dtype} {value.tolist()}"
        self.tensors[name] = numpy_helper.from_array(value, name)
        return name

    def whole(self, *numbers: int) -> str:
        return self.constant(np.array(numbers, np.int64))

    def outputs(self, n_outputs: int, operator: str, *inputs: str, **attributes: Any) -> list[str]:
        """Add a node, and name its outputs."""
        names = [f"{len(self.nodes)}.{number}" for number in range(n_outputs)]
        # onnxruntime 1.20 fuses some nodes into ones named after them, and wants each name once.
        node = helper.make_node(operator, inputs, names, names[0], **attributes)
        self.nodes.append(node)
        return names

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        return self.outputs(1, operator, *inputs, **attributes)[0]

    def matrix(self, value: str, name: str, layer: str, rows: int, columns: int) -> str:
        """Multiply by an int8 matrix with a scale for each column, and add a bias."""
        weight = self.given(f"{name}{layer}", TensorProto.INT8, rows, columns)
        scale = self.given(f"{name}_scale{layer}", TensorProto.FLOAT, columns)
        bias = self.given(f"{name}_bias{layer}", TensorProto.FLOAT, columns)
        whole, step, zero = self.outputs(3, "DynamicQuantizeLinear", value)
        product = self.add("MatMulInteger", whole, weight, zero)
        product = self.add("Cast", product, to=TensorProto.FLOAT)
        product = self.add("Mul", product, self.add("Mul", step, scale))
        return self.add("Add", product, bias)

    def norm(self, value: str, name: str, layer: str, width: int) -> str:
        """Normalise the numbers of each piece."""
        weight = self.given(f"{name}_weight{layer}", TensorProto.FLOAT, width)
        bias = self.given(f"{name}_bias{layer}", TensorProto.FLOAT, width)
        return self.add("LayerNormalization", value, weight, bias, epsilon=EPSILON)


def build_graph(shape: Shape) -> ModelProto:
    """The graph of a network: from ``ids``, int64 of shape (1, n), to ``log_odds``, float32 (n,).

    It reads at most `LONGEST` pieces. Its initializers, but for some small constants, are external
    and stand in no file: a session gets them by `SessionOptions.add_external_initializers`. They
    have the names of `reader_arrays`; an array with an axis for the layer is given as one array for
    each layer, named ``inner_in.0`` and so on.

    Args:
        shape: Sizes of the network.
    """
    graph = _Graph()
    value = _embedding(graph, shape)
    for number in range(shape.n_layers):
        value = _layer(graph, shape, value, f".{number}")
    value = graph.add("Gelu", graph.matrix(value, "head_in", "", shape.width, shape.width))
    weight = graph.given("head_out", TensorProto.FLOAT, shape.width)
    bias = graph.given("head_out_bias", TensorProto.FLOAT, 1)
    graph.add("Add", graph.add("MatMul", value, weight), bias)
    graph.nodes[-1].output[0] = "log_odds"
    return helper.make_model(
        helper.make_graph(
            graph.nodes,
            "second reader",
            [helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "n"])],
            [helper.make_tensor_value_info("log_odds", TensorProto.FLOAT, ["n"])],
            list(graph.tensors.values()),
        ),
        opset_imports=[helper.make_opsetid("", _OPSET)],
        ir_version=_IR_VERSION,
        producer_name="chaffinch",
    )


def _embedding(graph: _Graph, shape: Shape) -> str:
    words = graph.given("words", TensorProto.INT8, shape.n_pieces, shape.width)
    scale = graph.given("words_scale", TensorProto.FLOAT, shape.n_pieces)
    places = graph.given("places", TensorProto.FLOAT, min(shape.n_places, LONGEST), shape.width)
    ids = graph.add("Reshape", "ids", graph.whole(-1))
    word = graph.add("Cast", graph.add("Gather", words, ids), to=TensorProto.FLOAT)
    step = graph.add("Reshape", graph.add("Gather", scale, ids), graph.whole(-1, 1))
    place = graph.add("Slice", places, graph.whole(0), graph.add("Shape", ids))
    value = graph.add("Add", graph.add("Mul", word, step), place)
    return graph.norm(value, "norm", "", shape.width)


def _layer(graph: _Graph, shape: Shape, value: str, layer: str) -> str:
    """`Layer.forward` for one crop."""
    width, inner, per_head = shape.width, shape.inner, shape.width // shape.n_heads
    parts = graph.matrix(value, "attention_in", layer, width, 3 * width)
    parts = graph.add("Reshape", parts, graph.whole(-1, 3, shape.n_heads, per_head))
    query, key, read = (
        graph.add("Gather", parts, graph.constant(np.array(number, np.int64)), axis=1)
        for number in range(3)
    )
    query = graph.add("Mul", query, graph.constant(np.array(per_head**-0.5, np.float32)))
    query = graph.add("Transpose", query, perm=[1, 0, 2])
    key = graph.add("Transpose", key, perm=[1, 2, 0])
    read = graph.add("Transpose", read, perm=[1, 0, 2])
    share = graph.add("Softmax", graph.add("MatMul", query, key), axis=-1)
    read = graph.add("Transpose", graph.add("MatMul", share, read), perm=[1, 0, 2])
    read = graph.add("Reshape", read, graph.whole(-1, width))
    read = graph.matrix(read, "attention_out", layer, width, width)
    value = graph.norm(graph.add("Add", value, read), "attention_norm", layer, width)
    more = graph.add("Gelu", graph.matrix(value, "inner_in", layer, width, inner))
    more = graph.matrix(more, "inner_out", layer, inner, width)
    return graph.norm(graph.add("Add", value, more), "inner_norm", layer, width)
