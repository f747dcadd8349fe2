"""Networks of the shapes that people export, with random weights, and what onnxruntime makes of them.

    python tests/onnx/networks.py target/debug/edgelet FOLDER

For each one NAME.onnx, NAME-in.npz, NAME-out.npz and NAME.edgelet, which `edgelet import --verify` wrote: it agrees with onnxruntime to 1e-5 of
the largest number of an output, and takes the example along. Prints how far each is off.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

RANDOM = np.random.default_rng(7)


class Graph:
    """An ONNX graph in the making."""

    def __init__(self):
        self.nodes, self.weights = [], []

    def weight(self, *shape, scale=None, like=np.float32):
        scale = scale or (1 / np.sqrt(max(1, np.prod(shape[1:])))) * 1.4
        return self.constant((RANDOM.normal(size=shape) * scale).astype(like))

    def constant(self, array):
        name = f"w{len(self.weights)}"
        self.weights.append(onnx.numpy_helper.from_array(np.asarray(array), name))
        return name

    def add(self, operator, *inputs, outputs=1, **attributes):
        names = [f"t{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(operator, list(inputs), names, **attributes))
        return names[0] if outputs == 1 else names

    def convolution(self, x, channels, out, size, stride=1, group=1, relu="Relu"):
        weight = self.weight(out, channels // group, size, size)
        pads = [size // 2] * 4
        x = self.add("Conv", x, weight, strides=[stride, stride], pads=pads, group=group, kernel_shape=[size, size])
        x = self.add("BatchNormalization", x, *(self.constant(np.abs(RANDOM.normal(1, 0.1, out)).astype(np.float32)) for _ in range(2)), self.weight(out, scale=0.1), self.constant(np.ones(out, np.float32)))
        if relu == "Relu6":
            return self.add("Clip", x, self.constant(np.float32(0)), self.constant(np.float32(6)))
        return self.add(relu, x) if relu else x

    def linear(self, x, width, out):
        return self.add("Add", self.add("MatMul", x, self.weight(width, out)), self.weight(out, scale=0.1))

    def written_norm(self, x, width):
        """Layer norm as exporters wrote it before opset 17."""
        centred = self.add("Sub", x, self.add("ReduceMean", x, self.constant(np.array([-1])), keepdims=1))
        squares = self.add("ReduceMean", self.add("Pow", centred, self.constant(np.float32(2))), self.constant(np.array([-1])), keepdims=1)
        root = self.add("Sqrt", self.add("Add", squares, self.constant(np.float32(1e-5))))
        scaled = self.add("Mul", self.add("Div", centred, root), self.constant(np.abs(RANDOM.normal(1, 0.1, width)).astype(np.float32)))
        return self.add("Add", scaled, self.weight(width, scale=0.1))

    def norm(self, x, width):
        return self.add("LayerNormalization", x, self.constant(np.ones(width, np.float32)), self.weight(width, scale=0.1), axis=-1)

    def model(self, inputs, outputs, opset=20):
        ports = [helper.make_tensor_value_info(name, kind, shape) for name, kind, shape in inputs]
        made = []
        for name, kind, shape, source in outputs:
            self.nodes.append(helper.make_node("Identity", [source], [name]))
            made.append(helper.make_tensor_value_info(name, kind, shape))
        graph = helper.make_graph(self.nodes, "network", ports, made, self.weights)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10, producer_name="edgelet-tests")


def perceptron():
    g = Graph()
    x = "image"
    for width, out in [(784, 256), (256, 128)]:
        x = g.add("Relu", g.add("Gemm", x, g.weight(out, width), g.weight(out, scale=0.1), transB=1))
    x = g.add("Gemm", x, g.weight(10, 128), g.weight(10, scale=0.1), transB=1)
    return g.model([("image", TensorProto.FLOAT, ["batch", 784])], [("scores", TensorProto.FLOAT, ["batch", 10], g.add("Softmax", x))])


def residual():
    """ResNet's stem and one block of each kind, on small images."""
    g = Graph()
    x = g.convolution("image", 3, 16, 7, stride=2)
    x = g.add("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    for channels, out, stride in [(16, 16, 1), (16, 32, 2)]:
        y = g.convolution(x, channels, out, 3, stride)
        y = g.convolution(y, out, out, 3, relu="")
        x = x if stride == 1 else g.convolution(x, channels, out, 1, stride, relu="")
        x = g.add("Relu", g.add("Add", x, y))
    x = g.add("Flatten", g.add("GlobalAveragePool", x))
    x = g.add("Gemm", x, g.weight(10, 32), g.weight(10, scale=0.1), transB=1)
    return g.model([("image", TensorProto.FLOAT, ["batch", 3, "height", "width"])], [("scores", TensorProto.FLOAT, ["batch", 10], x)])


def mobile():
    """MobileNetV2's and V3's blocks: depthwise convolutions, ReLU6, squeeze and excite, hard swish."""
    g = Graph()
    x = g.convolution("image", 3, 8, 3, 2, relu="HardSwish")
    y = g.convolution(x, 8, 48, 1, relu="Relu6")
    y = g.convolution(y, 48, 48, 3, group=48, relu="Relu6")
    s = g.add("ReduceMean", y, g.constant(np.array([2, 3])), keepdims=1)
    s = g.convolution(s, 48, 12, 1)
    s = g.add("HardSigmoid", g.convolution(s, 12, 48, 1, relu=""), alpha=1 / 6, beta=0.5)
    y = g.convolution(g.add("Mul", y, s), 48, 8, 1, relu="")
    x = g.add("Add", x, y)
    # ShuffleNet's shuffle, and ConvNeXt's block: depthwise, layer norm over channels, GELU.
    x = g.add("Reshape", x, g.constant(np.array([0, 2, 4, 16, 16])))
    x = g.add("Transpose", x, perm=[0, 2, 1, 3, 4])
    x = g.add("Reshape", x, g.constant(np.array([0, 8, 16, 16])))
    y = g.convolution(x, 8, 8, 7, group=8, relu="")
    y = g.norm(g.add("Transpose", y, perm=[0, 2, 3, 1]), 8)
    y = g.linear(g.add("Gelu", g.linear(y, 8, 32)), 32, 8)
    x = g.add("Add", x, g.add("Transpose", y, perm=[0, 3, 1, 2]))
    x = g.add("Flatten", g.add("AveragePool", x, kernel_shape=[4, 4], strides=[4, 4], ceil_mode=1))
    return g.model([("image", TensorProto.FLOAT, [1, 3, 32, 32])], [("features", TensorProto.FLOAT, [1, 128], x)])


def encoder(width=48, heads=4, layers=2, vocabulary=100, longest=64):
    """BERT's and MiniLM's encoder as PyTorch writes it, with a mask and a mean of the tokens."""
    g = Graph()
    tokens = g.add("Gather", g.weight(vocabulary, width, scale=1), "input_ids")
    length = g.add("Slice", g.add("Shape", "input_ids"), g.constant(np.array([1])), g.constant(np.array([2])))
    places = g.add("Range", g.constant(np.int64(0)), g.add("Squeeze", length), g.constant(np.int64(1)))
    x = g.norm(g.add("Add", tokens, g.add("Gather", g.weight(longest, width, scale=1), places)), width)
    mask = g.add("Cast", g.add("Unsqueeze", "attention_mask", g.constant(np.array([1, 2]))), to=TensorProto.FLOAT)
    mask = g.add("Mul", g.add("Sub", g.constant(np.float32(1)), mask), g.constant(np.float32(-10000)))
    batch = g.add("Slice", g.add("Shape", "input_ids"), g.constant(np.array([0])), g.constant(np.array([1])))
    split = g.add("Concat", batch, length, g.constant(np.array([heads, width // heads])), axis=0)
    whole = g.add("Concat", batch, length, g.constant(np.array([width])), axis=0)
    for _ in range(layers):
        q, k, v = (g.add("Transpose", g.add("Reshape", g.linear(x, width, width), split), perm=perm) for perm in ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]))
        scores = g.add("Div", g.add("MatMul", q, k), g.constant(np.float32(np.sqrt(width // heads))))
        y = g.add("MatMul", g.add("Softmax", g.add("Add", scores, mask), axis=-1), v)
        y = g.linear(g.add("Reshape", g.add("Transpose", y, perm=[0, 2, 1, 3]), whole), width, width)
        x = g.written_norm(g.add("Add", x, y), width)
        y = g.linear(x, width, 4 * width)
        erf = g.add("Erf", g.add("Div", y, g.constant(np.float32(np.sqrt(2)))))
        y = g.add("Mul", g.add("Mul", y, g.add("Add", erf, g.constant(np.float32(1)))), g.constant(np.float32(0.5)))
        x = g.norm(g.add("Add", x, g.linear(y, 4 * width, width)), width)
    weights = g.add("Cast", g.add("Unsqueeze", "attention_mask", g.constant(np.array([-1]))), to=TensorProto.FLOAT)
    total = g.add("ReduceSum", g.add("Mul", x, weights), g.constant(np.array([1])), keepdims=0)
    mean = g.add("Div", total, g.add("ReduceSum", weights, g.constant(np.array([1])), keepdims=0))
    norm = g.add("ReduceL2", mean, g.constant(np.array([1])), keepdims=1)
    inputs = [(name, TensorProto.INT64, ["batch", "sequence"]) for name in ("input_ids", "attention_mask")]
    return g.model(inputs, [("embedding", TensorProto.FLOAT, ["batch", width], g.add("Div", mean, norm))])


def speech():
    """A convolution over mel features, a bidirectional LSTM and a GRU as Keras has it."""
    g = Graph()
    x = g.add("Relu", g.add("Conv", "features", g.weight(16, 20, 3), g.weight(16, scale=0.1), pads=[1, 1], kernel_shape=[3], strides=[2]))
    x = g.add("Transpose", x, perm=[2, 0, 1])
    y, *_ = g.add("LSTM", x, g.weight(2, 32, 16), g.weight(2, 32, 8), g.weight(2, 64, scale=0.1), outputs=3, hidden_size=8, direction="bidirectional")
    y = g.add("Reshape", g.add("Transpose", y, perm=[0, 2, 1, 3]), g.constant(np.array([0, 0, 16])))
    _, last = g.add("GRU", y, g.weight(1, 36, 16), g.weight(1, 36, 12), g.weight(1, 72, scale=0.1), outputs=2, hidden_size=12, linear_before_reset=1)
    x = g.linear(g.add("Squeeze", last, g.constant(np.array([0]))), 12, 5)
    return g.model([("features", TensorProto.FLOAT, ["batch", 20, "time"])], [("words", TensorProto.FLOAT, ["batch", 5], g.add("LogSoftmax", x, axis=-1))])


def detector():
    """YOLO's way: two scales, one resized to the other, boxes from a grid, the best ones kept."""
    g = Graph()
    fine = g.convolution("image", 3, 8, 3, 2, relu="Sigmoid")
    coarse = g.convolution(fine, 8, 16, 3, 2, relu="LeakyRelu")
    up = g.add("Resize", coarse, "", g.constant(np.array([1, 1, 2, 2], np.float32)), mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")
    x = g.convolution(g.add("Concat", fine, up, axis=1), 24, 6, 1, relu="")
    x = g.add("Reshape", x, g.constant(np.array([1, 6, -1])))
    boxes, scores = g.add("Split", x, g.constant(np.array([4, 2])), outputs=2, axis=1)
    boxes = g.add("Transpose", g.add("Mul", g.add("Sigmoid", boxes), g.constant(np.float32(16))), perm=[0, 2, 1])
    scores = g.add("Sigmoid", scores)
    kept = g.add("NonMaxSuppression", boxes, scores, g.constant(np.array([5])), g.constant(np.array([0.5], np.float32)), g.constant(np.array([0.3], np.float32)), center_point_box=1)
    best, _ = g.add("TopK", g.add("ReduceMax", scores, g.constant(np.array([1])), keepdims=0), g.constant(np.array([7])), outputs=2)
    outputs = [("kept", TensorProto.INT64, ["boxes", 3], kept), ("best", TensorProto.FLOAT, [1, 7], best), ("boxes", TensorProto.FLOAT, [1, 256, 4], boxes)]
    return g.model([("image", TensorProto.FLOAT, [1, 3, 32, 32])], outputs)


def types():
    """Every type of elements, as it goes in and comes out."""
    g = Graph()
    kinds = [kind for kind in TYPES if kind != "STRING"]
    ports = [(kind.lower(), TensorProto.DataType.Value(kind), ["n"]) for kind in TYPES]
    outputs = [(f"{kind.lower()}_too", TensorProto.DataType.Value(kind), ["m", "n"], g.add("Reshape", g.add("Concat", kind.lower(), kind.lower(), axis=0), g.constant(np.array([2, -1])))) for kind in kinds]
    outputs.append(("string_too", TensorProto.STRING, ["n", 1], g.add("Unsqueeze", "string", g.constant(np.array([1])))))
    return g.model(ports, outputs)


TYPES = ["FLOAT", "DOUBLE", "FLOAT16", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64", "BOOL", "STRING"]


def every_type():
    """The ends of each type's numbers."""
    given = {}
    for kind in TYPES:
        element = helper.tensor_dtype_to_np_dtype(TensorProto.DataType.Value(kind))
        if kind == "STRING":
            given[kind.lower()] = np.array(["", "héllo", "a text"])
        elif kind == "BOOL":
            given[kind.lower()] = np.array([True, False, True])
        else:
            ends = np.finfo(element) if element.kind == "f" else np.iinfo(element)
            given[kind.lower()] = np.array([ends.min, 1, ends.max], element)
    return given


def example(name):
    """What goes into a network."""
    image = {"image": RANDOM.normal(size=(1, 3, 32, 32)).astype(np.float32)}
    mask = np.ones((2, 9), np.int64)
    mask[1, 6:] = 0
    return {
        "perceptron": {"image": RANDOM.random((3, 784)).astype(np.float32)},
        "residual": {"image": RANDOM.normal(size=(2, 3, 40, 32)).astype(np.float32)},
        "encoder": {"input_ids": RANDOM.integers(0, 100, (2, 9)), "attention_mask": mask},
        "types": every_type(),
        "speech": {"features": RANDOM.normal(size=(2, 20, 30)).astype(np.float32)},
    }.get(name, image)


def quantized(folder, source, name):
    """A network with int8 weights, made by onnxruntime itself."""
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_dynamic, quantize_static
    from onnxruntime.quantization.calibrate import CalibrationDataReader

    class Rows(CalibrationDataReader):
        left = [example(source) for _ in range(8)]

        def get_next(self):
            return self.left.pop() if self.left else None

    path = folder / f"{name}.onnx"
    if name.endswith("dynamic"):
        quantize_dynamic(folder / f"{source}.onnx", path, weight_type=QuantType.QUInt8)
    else:
        quantize_static(folder / f"{source}.onnx", path, Rows(), quant_format=QuantFormat.QDQ)


def main():
    program, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for made in [perceptron, residual, mobile, encoder, speech, detector, types]:
        onnx.checker.check_model(made_model := made())
        onnx.save(made_model, folder / f"{made.__name__}.onnx")
    sources = {"perceptron_dynamic": "perceptron", "residual_qdq": "residual"}
    for name, source in sources.items():
        quantized(folder, source, name)
    for path in sorted(folder.glob("*.onnx")):
        if not path.stem.endswith("-inferred"):
            compare(program, folder, path.stem, example(sources.get(path.stem, path.stem)))


def compare(program, folder, name, given):
    options = onnxruntime.SessionOptions()
    # As it stands in the file: fused nodes would round otherwise.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(folder / f"{name}.onnx", options)
    names = [port.name for port in session.get_outputs()]
    expected = dict(zip(names, session.run(names, given), strict=True))
    inputs, outputs, network = (folder / f"{name}{end}" for end in ("-in.npz", "-out.npz", ".edgelet"))
    np.savez(inputs, **given)
    np.savez(outputs, **{key: value.astype(str) if value.dtype == object else value for key, value in expected.items()})
    # Whole numbers that are rounded may fall to the other side: one step of 256.
    tolerance = "1e-2" if name.split("_")[-1] in ("qdq", "dynamic") else "1e-5"
    check = ["--verify", inputs, "--expect", outputs, "--tolerance", tolerance]
    subprocess.run([program, "import", folder / f"{name}.onnx", "-o", network, "--quiet", *check], check=True, stdout=subprocess.DEVNULL)
    made = folder / f"{name}-made.npz"
    subprocess.run([program, "predict", network, inputs, "-o", made], check=True)
    with np.load(made) as found:
        floats = {key: value for key, value in expected.items() if value.dtype.kind == "f" and name != "types"}
        off = max((float(np.abs(found[key] - value).max() / max(np.abs(value).max(), 1e-30)) for key, value in floats.items()), default=0.0)
    print(f"{name:20} {network.stat().st_size:8} bytes, off by {off:.1e} of the largest")


if __name__ == "__main__":
    main()
