"""Writes linear10.onnx: the model of tests/fixtures/sklearn/diabetes_linear.json as ONNX, for the peers.

Run by `python make.py` with onnx==1.23.0.
"""

import json
import pathlib

from onnx import TensorProto, checker, helper, save

HERE = pathlib.Path(__file__).parent
case = json.loads((HERE.parent / "tests/fixtures/sklearn/diabetes_linear.json").read_text())["linear"]
(coefficients,) = case["coefficients"]
node = helper.make_node(
    "LinearRegressor", ["x"], ["y"], domain="ai.onnx.ml", coefficients=coefficients, intercepts=case["intercepts"]
)
graph = helper.make_graph(
    [node],
    "linear10",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["rows", len(coefficients)])],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["rows", 1])],
)
opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
checker.check_model(model)
save(model, HERE / "linear10.onnx")
