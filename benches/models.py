"""Trains the benchmarks' tabular models and writes each for every peer that can have it.

Usage: models.py FOLDER. Each case is a folder: rows.f32 (10,000 rows), model.pkl, the framework's own file, and as far as
they can be made model.onnx, model.mjs (m2cgen) and model.zip (YDF, trained on the same rows to the same shape). sizes.json
has the sizes of the files after brotli 11, and why a file is not there.
"""

import json
import pickle
import shutil
import sys
import zipfile
from pathlib import Path

import brotli
import lightgbm as lgb
import m2cgen
import numpy as np
import xgboost as xgb
import ydf
from onnxmltools import convert_lightgbm, convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType as OtherFloats
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

FOLDER = Path(sys.argv[1])
sys.setrecursionlimit(10_000)
ROWS = 10_000
RANDOM = np.random.default_rng(0)
OPSET = {"": 15, "ai.onnx.ml": 3}


def save_ydf(learner, columns, folder):
    """A YDF model as the zip that ydf-inference reads."""
    model = learner.train(columns, verbose=0)
    model.save(str(folder / "ydf"))
    with zipfile.ZipFile(folder / "model.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in (folder / "ydf").iterdir():
            archive.write(path, path.name)
    shutil.rmtree(folder / "ydf")


def case(name, model, rows, makers, own=None):
    folder = FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    rows.astype("<f4").tofile(folder / "rows.f32")
    (folder / "model.pkl").write_bytes(pickle.dumps(model))
    if own:
        model.save_model(folder / own)
    missing = {}
    for peer, make in makers.items():
        try:
            make(folder)
        except Exception as error:
            missing[peer] = f"{type(error).__name__}: {error}".splitlines()[0]
    files = [path for path in sorted(folder.iterdir()) if path.suffix in (".pkl", ".onnx", ".mjs", ".json", ".ubj", ".txt")]
    files = [path for path in files if path.name != "sizes.json"]
    sizes = {path.name: len(brotli.compress(path.read_bytes(), quality=11, lgwin=24)) for path in files}
    (folder / "sizes.json").write_text(json.dumps({"brotli": sizes, "missing": missing}))
    print(name, sizes, missing, flush=True)


def onnx(convert):
    return lambda folder: (folder / "model.onnx").write_bytes(convert().SerializeToString())


def javascript(model):
    def write(folder):
        code = m2cgen.export_to_javascript(model)
        (folder / "model.mjs").write_text(code + "\nexport { score };\n")

    return write


def columns(x, **more):
    return {f"f{i}": x[:, i] for i in range(x.shape[1])} | more


def logistic():
    digits = load_digits()
    model = LogisticRegression(max_iter=1000).fit(digits.data / 16, digits.target)
    rows = (digits.data / 16)[np.arange(ROWS) % len(digits.data)]
    types, options = [("x", FloatTensorType([None, 64]))], {"zipmap": False}
    convert = lambda: convert_sklearn(model, initial_types=types, options={id(model): options}, target_opset=OPSET)
    case("W2", model, rows, {"onnxruntime-web": onnx(convert), "m2cgen": javascript(model)})
    # For tfjs, which reads no such file: coefficients by feature, then intercepts.
    weights = np.concatenate([model.coef_.T.ravel(), model.intercept_])
    weights.astype("<f4").tofile(FOLDER / "W2" / "weights.f32")


def boosted():
    x = RANDOM.normal(size=(ROWS, 50)).astype(np.float32)
    y = x @ RANDOM.normal(size=50) + np.sin(3 * x[:, 0]) * 5 + x[:, 1] * x[:, 2] + RANDOM.normal(size=ROWS)
    # m2cgen takes the base score from the parameters only.
    model = xgb.XGBRegressor(n_estimators=500, max_depth=6, learning_rate=0.1, base_score=0.5, n_jobs=1).fit(x, y)
    convert = lambda: convert_xgboost(model, initial_types=[("x", OtherFloats([None, 50]))], target_opset=15)
    learner = ydf.GradientBoostedTreesLearner(
        label="y", task=ydf.Task.REGRESSION, num_trees=500, max_depth=7, validation_ratio=0.0, early_stopping="NONE",
        pure_serving_model=True,
    )
    makers = {
        "onnxruntime-web": onnx(convert),
        "m2cgen": javascript(model),
        "ydf-inference": lambda folder: save_ydf(learner, columns(x, y=y), folder),
        "ubj": lambda folder: model.save_model(folder / "model.ubj"),
    }
    case("W3", model, x, makers, "model.json")


def random_forest():
    digits = load_digits()
    model = RandomForestClassifier(100, random_state=0, n_jobs=1).fit(digits.data, digits.target)
    rows = digits.data[np.arange(ROWS) % len(digits.data)]
    types, options = [("x", FloatTensorType([None, 64]))], {"zipmap": False}
    convert = lambda: convert_sklearn(model, initial_types=types, options={id(model): options}, target_opset=OPSET)
    learner = ydf.RandomForestLearner(
        label="y", num_trees=100, max_depth=64, min_examples=1, winner_take_all=False, compute_oob_performances=False,
        pure_serving_model=True,
    )
    labels = np.array([f"c{y}" for y in digits.target])
    makers = {
        "onnxruntime-web": onnx(convert),
        "m2cgen": javascript(model),
        "ydf-inference": lambda folder: save_ydf(learner, columns(digits.data, y=labels), folder),
    }
    case("W4", model, rows, makers)


def leaf_wise():
    numbers, categories = RANDOM.normal(size=(20_000, 20)), RANDOM.integers(0, 40, (20_000, 2))
    effects = RANDOM.normal(size=(2, 40))
    y = numbers @ RANDOM.normal(size=20) + np.sin(3 * numbers[:, 0]) * 3 + effects[0][categories[:, 0]]
    y += effects[1][categories[:, 1]] * numbers[:, 1] + RANDOM.normal(size=20_000) * 0.5
    x = np.column_stack([numbers, categories]).astype(np.float32)
    x[RANDOM.random(x.shape) < 0.05] = np.nan
    parameters = {"objective": "regression", "num_leaves": 63, "verbose": -1, "num_threads": 1}
    model = lgb.train(parameters, lgb.Dataset(x, y, categorical_feature=[20, 21]), 500)
    convert = lambda: convert_lightgbm(model, initial_types=[("x", OtherFloats([None, 22]))], target_opset=15, zipmap=False)
    learner = ydf.GradientBoostedTreesLearner(
        label="y", task=ydf.Task.REGRESSION, num_trees=500, validation_ratio=0.0, early_stopping="NONE",
        growing_strategy="BEST_FIRST_GLOBAL", max_num_nodes=125, pure_serving_model=True,
    )
    text = lambda column: np.array(["" if np.isnan(c) else f"c{int(c)}" for c in column])
    data = columns(x, y=y) | {f"f{i}": text(x[:, i]) for i in (20, 21)}
    makers = {
        "onnxruntime-web": onnx(convert),
        "ydf-inference": lambda folder: save_ydf(learner, data, folder),
        "m2cgen": lambda folder: (_ for _ in ()).throw(ValueError("knows no categories")),
    }
    case("W5", model, x[:ROWS], makers, "model.txt")
    # A megabyte, for workers to start with.
    case("W8", lgb.train(parameters, lgb.Dataset(x, y, categorical_feature=[20, 21]), 1100), x[:ROWS], {}, "model.txt")


FOLDER.mkdir(parents=True, exist_ok=True)
for make in (logistic, boosted, random_forest, leaf_wise):
    make()
