"""Writes an ONNX network with its weights in a file beside it, and the same in one file: `python beside.py FOLDER`."""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

folder = Path(sys.argv[1])
rng = np.random.default_rng(7)
matrix = numpy_helper.from_array(rng.standard_normal((16, 4)).astype(np.float32), "matrix")
bias = numpy_helper.from_array(rng.standard_normal(4).astype(np.float32), "bias")
nodes = [helper.make_node("MatMul", ["x", "matrix"], ["product"]), helper.make_node("Add", ["product", "bias"], ["y"])]
ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", width]) for name, width in [("x", 16), ("y", 4)]]
graph = helper.make_graph(nodes, "beside", ports[:1], ports[1:], [matrix, bias])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
onnx.save(model, folder / "whole.onnx")
onnx.save(model, folder / "parted.onnx", save_as_external_data=True, location="parted.onnx.data", size_threshold=0)
