"""`edgelet optimize --quantize` beside onnxruntime on networks whose weights were rounded here, by NumPy.

    python tests/onnx/quantize.py target/debug/edgelet FOLDER

FOLDER is what networks.py left. What edgelet makes of smaller weights is what onnxruntime makes of the numbers that they stand for, to 1e-4 of the
largest (1e-5 of float16); what edgelet says that it costs is how far that is from the network as it was.
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper

LEAST = 1 << 10
# Which input of an operator is a weight, and along which of its dimensions each place has a scale.
SCALED = {"MatMul": (1, 1), "Conv": (1, 0), "Gather": (0, 0), "LSTM": (1, 1), "GRU": (1, 1)}


def scaled_along(node, place):
    if node.op_type == "Gemm":
        turned = next((a.i for a in node.attribute if a.name == "transB"), 0)
        return (1 - turned) if place == 1 else None
    if node.op_type in ("LSTM", "GRU") and place == 2:
        return 1
    found = SCALED.get(node.op_type)
    return found[1] if found and found[0] == place else None


def in_bytes(array, axis):
    """The nearest multiples of the largest number's 127th part, along an axis."""
    others = tuple(i for i in range(array.ndim) if i != axis)
    scale = np.abs(array).max(axis=others, keepdims=True) / np.float32(127)
    return np.rint(array / scale).astype(np.float32) * scale


def folded(model):
    """The model with each batch norm in the weights of the convolution before it, as it is when edgelet rounds them."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    weights = {weight.name: weight for weight in model.graph.initializer}
    numbers = lambda name: numpy_helper.to_array(weights[name]).astype(np.float64)
    makers = {node.output[0]: node for node in model.graph.node}
    for norm in [node for node in model.graph.node if node.op_type == "BatchNormalization"]:
        conv = makers[norm.input[0]]
        gamma, beta, mean, variance = (numbers(name) for name in norm.input[1:])
        factor = gamma / np.sqrt(variance + next((a.f for a in norm.attribute if a.name == "epsilon"), 1e-5))
        kernel = numbers(conv.input[1])
        kernel = (kernel * factor.reshape(-1, *[1] * (kernel.ndim - 1))).astype(np.float32)
        weights[conv.input[1]].CopyFrom(numpy_helper.from_array(kernel, conv.input[1]))
        weights[norm.input[2]].CopyFrom(numpy_helper.from_array((beta - mean * factor).astype(np.float32), norm.input[2]))
        conv.input.append(norm.input[2])
        conv.output[0] = norm.output[0]
        model.graph.node.remove(norm)
    return model


def rounded(model, how):
    """The model with the numbers that its smaller weights stand for, and how many weights that are."""
    model, count = folded(model), 0
    for weight in model.graph.initializer:
        array = numpy_helper.to_array(weight)
        if array.dtype != np.float32 or array.size < LEAST:
            continue
        if how == "f16":
            array = array.astype(np.float16).astype(np.float32)
        else:
            uses = [scaled_along(node, i) for node in model.graph.node for i, name in enumerate(node.input) if name == weight.name]
            if len(set(uses)) != 1 or uses[0] is None:
                continue
            array = in_bytes(array, uses[0])
        weight.CopyFrom(numpy_helper.from_array(array, weight.name))
        count += 1
    return model, count


def run(model, given):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    return dict(zip([port.name for port in session.get_outputs()], session.run(None, given), strict=True))


def apart(a, b):
    return float(np.abs(a - b).max() / np.abs(b).max())


def main():
    program, folder = sys.argv[1], Path(sys.argv[2])
    for name in ["perceptron", "residual", "encoder", "speech"]:
        model, network = onnx.load(folder / f"{name}.onnx"), folder / f"{name}.edgelet"
        with np.load(folder / f"{name}-in.npz") as inputs:
            given = dict(inputs)
        before = run(model, given)
        for how in ["f16", "int8"]:
            smaller, made = folder / f"{name}.{how}.edgelet", folder / f"{name}.{how}.npz"
            command = [program, "optimize", network, "--quantize", how, "-o", smaller, "--json"]
            told = json.loads(subprocess.run([*command, "--rows", folder / f"{name}-in.npz"], check=True, capture_output=True).stdout)
            subprocess.run([program, "verify", smaller], check=True, stdout=subprocess.DEVNULL)
            subprocess.run([program, "predict", smaller, folder / f"{name}-in.npz", "-o", made], check=True)
            expected, count = rounded(model, how)
            expected = run(expected, given)
            assert count > 0, name
            for output in told["outputs"]:
                key = output["output"]
                with np.load(made) as found:
                    found = found[key]
                off, moved = apart(found, expected[key]), apart(found, before[key])
                assert off < (1e-5 if how == "f16" else 1e-4), f"{name} {how}: {key} is {off} off the numbers that its weights stand for"
                assert abs(output["largest_difference"] - moved) < 1e-5, f"{name} {how}: {output} for {moved}"
                if output["same_largest"] is not None:
                    same = (found.argmax(-1) == before[key].argmax(-1)).sum()
                    assert output["same_largest"] == same, f"{name} {how}: {output} for {same}"
            sizes = [told[when]["bytes"] for when in ("before", "after")]
            assert sizes == [network.stat().st_size, smaller.stat().st_size], f"{name} {how}: {sizes}"
            print(f"{name:12} {how:5} {count:3} weights, {sizes[0] / sizes[1]:.2f} times smaller, off by {off:.1e} of their numbers, moved by {moved:.1e}")


if __name__ == "__main__":
    main()
