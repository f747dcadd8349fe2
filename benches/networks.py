"""The networks that edgelet is timed with beside other runtimes: PEERS' sizes, random weights, batch norms folded as exporters do.

    python benches/networks.py FOLDER

Writes NAME.onnx, and NAME.json with the inputs' names, types and shapes.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

sys.path.insert(0, str(Path(__file__).parent.parent / "tests/onnx"))
from networks import Graph, encoder, perceptron


class Image(Graph):
    """A network of one image and 1,000 classes."""

    def convolved(self, x, channels, out, size, stride=1, group=1, activation=None):
        weights = self.weight(out, channels // group, size, size), self.weight(out, scale=0.1)
        x = self.add("Conv", x, *weights, strides=[stride] * 2, pads=[size // 2] * 4, group=group, kernel_shape=[size] * 2)
        if activation == "Relu6":
            return self.add("Clip", x, self.constant(np.float32(0)), self.constant(np.float32(6)))
        return self.add(activation, x) if activation else x

    def classified(self, x, width):
        x = self.add("Flatten", self.add("GlobalAveragePool", x))
        x = self.add("Gemm", x, self.weight(1000, width), self.weight(1000, scale=0.1), transB=1)
        return self.model([("image", TensorProto.FLOAT, [1, 3, 224, 224])], [("scores", TensorProto.FLOAT, [1, 1000], x)])


def mobilenet_v2():
    """Source: Sandler et al., MobileNetV2, table 2."""
    g = Image()
    x, channels = g.convolved("image", 3, 32, 3, 2, activation="Relu6"), 32
    for expand, out, repeat, stride in [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]:
        for i in range(repeat):
            wide, step = channels * expand, stride if i == 0 else 1
            y = g.convolved(x, channels, wide, 1, activation="Relu6") if expand > 1 else x
            y = g.convolved(y, wide, wide, 3, step, wide, "Relu6")
            y = g.convolved(y, wide, out, 1)
            x, channels = (g.add("Add", x, y) if step == 1 and channels == out else y), out
    return g.classified(g.convolved(x, channels, 1280, 1, activation="Relu6"), 1280)


def resnet_18():
    """Source: He et al., Deep residual learning, table 1."""
    g = Image()
    x = g.convolved("image", 3, 64, 7, 2, activation="Relu")
    x = g.add("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    channels = 64
    for out, stride in [(64, 1), (128, 2), (256, 2), (512, 2)]:
        for i in range(2):
            step = stride if i == 0 else 1
            y = g.convolved(x, channels, out, 3, step, activation="Relu")
            y = g.convolved(y, out, out, 3)
            x = g.convolved(x, channels, out, 1, step) if step != 1 or channels != out else x
            x, channels = g.add("Relu", g.add("Add", x, y)), out
    return g.classified(x, 512)


def gemm():
    """Products with eight matrices, one after another, so that what goes in and comes out counts little."""
    g, x = Graph(), "a"
    for _ in range(8):
        x = g.add("MatMul", x, g.weight(512, 512, scale=0.04))
    return g.model([("a", TensorProto.FLOAT, [512, 512])], [("product", TensorProto.FLOAT, [512, 512], x)])


NETWORKS = {
    "gemm": (gemm, {"a": [512, 512]}),
    "mlp": (perceptron, {"image": [1, 784]}),
    "mobilenet_v2": (mobilenet_v2, {"image": [1, 3, 224, 224]}),
    "resnet_18": (resnet_18, {"image": [1, 3, 224, 224]}),
    "minilm": (lambda: encoder(384, 12, 6, 1000, 128), {"input_ids": [1, 128], "attention_mask": [1, 128]}),
}

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, (make, shapes) in NETWORKS.items():
        model = make()
        onnx.checker.check_model(model)
        onnx.save(model, folder / f"{name}.onnx")
        types = {port.name: helper.tensor_dtype_to_np_dtype(port.type.tensor_type.elem_type).name for port in model.graph.input}
        inputs = [{"name": port, "dtype": types[port], "shape": shape} for port, shape in shapes.items()]
        (folder / f"{name}.json").write_text(json.dumps(inputs))
