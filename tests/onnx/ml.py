"""Operators of `ai.onnx.ml` as files may have them, beyond what converters write, beside onnxruntime.

    python tests/onnx/ml.py target/debug/edgelet FOLDER

Random trees with every way to compare, with missing numbers, base values, transforms and labels of both kinds; encoders of every pair of types;
vectors and linear functions. Whatever is not refused must make the same labels, and floats within 1e-6 of the largest of their output. Prints how many of
each operator passed, were refused (with why) and are wrong.
"""

import collections
import itertools
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper
from sklearn_models import differs

RANDOM = np.random.default_rng(11)
FLOAT, DOUBLE, INT, TEXT = TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.INT64, TensorProto.STRING
MODES = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"]
# What may be refused, by what the refusal names.
REFUSED = [
    "post_transform = \"PROBIT\"",
    "of which one has votes for some rows only",
    "a class may have no vote",
    "with one base value for votes of two classes",
    "probabilities (prob_a, prob_b)",
    "a post_transform",
]


def grid(*values):
    """All combinations."""
    return itertools.product(*values)


def random_trees(prefix, ids, modes, missing, positive, depth=3, trees=4):
    """The attributes of trees whose leaves vote for some of the ids."""
    nodes, votes = collections.defaultdict(list), collections.defaultdict(list)

    def grow(tree, number, left):
        is_leaf = left == 0 or (left < depth and RANDOM.random() < 0.3)
        nodes["treeids"].append(tree)
        nodes["nodeids"].append(number)
        nodes["featureids"].append(0 if is_leaf else int(RANDOM.integers(0, 3)))
        nodes["modes"].append("LEAF" if is_leaf else modes[RANDOM.integers(len(modes))])
        nodes["values"].append(0.0 if is_leaf else float(RANDOM.integers(-2, 3)) / 2)
        nodes["missing_value_tracks_true"].append(int(missing and RANDOM.random() < 0.5))
        at = len(nodes["treeids"]) - 1
        nodes["truenodeids"].append(0)
        nodes["falsenodeids"].append(0)
        if is_leaf:
            for one in ids:
                votes["treeids"].append(tree)
                votes["nodeids"].append(number)
                votes["ids"].append(one)
                votes["weights"].append(float(np.float32(RANDOM.random() if positive else RANDOM.normal())))
            return number + 1
        after = grow(tree, number + 1, left - 1)
        nodes["truenodeids"][at], nodes["falsenodeids"][at] = number + 1, after
        return grow(tree, after, left - 1)

    for tree in range(trees):
        grow(tree, 0, depth)
    if not missing:
        del nodes["missing_value_tracks_true"]
    return {**{f"nodes_{key}": value for key, value in nodes.items()}, **{f"{prefix}_{key}": value for key, value in votes.items()}}


def node(operator, outputs, domain="ai.onnx.ml", inputs=("X",), **attributes):
    attributes = {key: value for key, value in attributes.items() if value is not None}
    return helper.make_node(operator, list(inputs), [name for name, _ in outputs], domain=domain, **attributes)


def model(made, outputs, kind=FLOAT, version=3, shape=(None, 3)):
    ports = [helper.make_tensor_value_info("X", kind, shape)]
    made_ports = [helper.make_tensor_value_info(name, kind, None) for name, kind in outputs]
    graph = helper.make_graph([made], "g", ports, made_ports)
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("ai.onnx.ml", version), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10)


def rows(kind=np.float32, gaps=False):
    """Rows on thresholds and beside them."""
    x = RANDOM.integers(-5, 6, (60, 3)) / 4
    x = x.astype(kind)
    if gaps:
        x.ravel()[::5] = np.nan
    return x


def regressors():
    for modes, gaps, aggregate, targets, base in grid([[mode] for mode in MODES] + [MODES], [False, True], ["SUM", "AVERAGE", "MIN", "MAX"], [1, 3], [False, True]):
        trees = random_trees("target", range(targets), modes, gaps, False)
        values = [float(x) for x in RANDOM.normal(size=targets)] if base else None
        outputs = [("Y", FLOAT)]
        made = node("TreeEnsembleRegressor", outputs, n_targets=targets, aggregate_function=aggregate, base_values=values, **trees)
        yield "TreeEnsembleRegressor", model(made, outputs), rows(gaps=gaps)
    for transform, targets in grid(["LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO", "PROBIT"], [1, 2, 4]):
        trees = random_trees("target", range(targets), MODES, False, False)
        outputs = [("Y", FLOAT)]
        made = node("TreeEnsembleRegressor", outputs, n_targets=targets, post_transform=transform, **trees)
        yield "TreeEnsembleRegressor", model(made, outputs), rows()
    for kind, array in [(DOUBLE, np.float64), (INT, np.int64), (TensorProto.INT32, np.int32)]:
        trees = random_trees("target", range(2), MODES, False, False)
        outputs = [("Y", FLOAT)]
        yield "TreeEnsembleRegressor", model(node("TreeEnsembleRegressor", outputs, n_targets=2, **trees), outputs, kind), rows(array)
        if kind == DOUBLE:
            for name in ["nodes_values", "target_weights"]:
                trees[f"{name}_as_tensor"] = helper.make_tensor("t", DOUBLE, [len(trees[name])], [x / 3 for x in trees.pop(name)])
            yield "TreeEnsembleRegressor", model(node("TreeEnsembleRegressor", outputs, n_targets=2, **trees), outputs, kind), rows(array)


def classifiers():
    some = [([0], 2), ([1], 2), ([0, 1], 2), ([0, 1, 2], 3), ([0, 2], 3)]
    for (ids, classes), positive, bases, transform, texts in grid(some, [False, True], [0, 1, 2, 3], ["NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO", "PROBIT"], [False, True]):
        if bases and (classes > 2) != (bases == 3):
            continue
        trees = random_trees("class", ids, MODES[:4], True, positive)
        base = [float(x) for x in RANDOM.normal(size=bases)] if bases else None
        outputs = [("label", TEXT if texts else INT), ("scores", FLOAT)]
        labels = {"classlabels_strings": list("abc"[:classes])} if texts else {"classlabels_int64s": [3, 5, 9][:classes]}
        made = node("TreeEnsembleClassifier", outputs, post_transform=transform, base_values=base, **labels, **trees)
        yield "TreeEnsembleClassifier", model(made, outputs), rows(gaps=True)
    for kind, array in [(DOUBLE, np.float64), (INT, np.int64)]:
        for ids in [[0], [0, 1, 2]]:
            trees = random_trees("class", ids, MODES, False, False)
            outputs = [("label", INT), ("scores", FLOAT)]
            made = node("TreeEnsembleClassifier", outputs, classlabels_int64s=list(range(max(2, len(ids)))), **trees)
            yield "TreeEnsembleClassifier", model(made, outputs, kind), rows(array)


def nested():
    """TreeEnsemble of version 5, with sets."""
    def tensor(kind, values):
        return helper.make_tensor("t", kind, [len(values)], values)

    for kind, array, aggregate, targets, gaps in grid([FLOAT, DOUBLE], [np.float32], range(4), [1, 2], [False, True]):
        array = np.float64 if kind == DOUBLE else array
        count = 7
        modes = [int(x) for x in RANDOM.integers(0, 7, count)]
        members = [x for mode in modes if mode == 6 for x in [*(float(x) for x in RANDOM.integers(-2, 3, 3)), float("nan")]]
        outputs = [("Y", kind)]
        made = node(
            "TreeEnsemble", outputs, n_targets=targets, aggregate_function=aggregate, tree_roots=[0],
            nodes_featureids=[int(x) for x in RANDOM.integers(0, 3, count)], nodes_modes=tensor(TensorProto.UINT8, modes),
            nodes_splits=tensor(kind, [float(x) / 2 for x in RANDOM.integers(-2, 3, count)]),
            nodes_truenodeids=[1, 3, 5, 0, 2, 4, 6], nodes_falsenodeids=[2, 4, 6, 1, 3, 5, 7],
            nodes_trueleafs=[0, 0, 0, 1, 1, 1, 1], nodes_falseleafs=[0, 0, 0, 1, 1, 1, 1],
            nodes_missing_value_tracks_true=[int(x) for x in RANDOM.integers(0, 2, count)] if gaps else None,
            membership_values=tensor(kind, members) if members else None,
            leaf_targetids=[i % targets for i in range(8)], leaf_weights=tensor(kind, [float(x) for x in RANDOM.normal(size=8)]),
        )
        # With sets whole numbers: of others onnxruntime cuts the fraction off before it looks in some sets.
        given = rows(array, gaps)
        yield "TreeEnsemble", model(made, outputs, kind, 5), np.round(given) if members else given


def encoders():
    keys = {"strings": ["a", "b", "ab", "a"], "int64s": [3, -1, 7, 3], "floats": [0.5, -2.0, 1.5, 0.5]}
    kinds = {"strings": TEXT, "int64s": INT, "floats": FLOAT}
    given = {
        "strings": np.array([["a", "x", "ab"], ["b", "", "a"]], object),
        "int64s": np.array([[3, 4, 7], [-1, 0, 3]]),
        "floats": np.array([[0.5, 1.0, 1.5], [-2.0, 0.0, np.nan]], np.float32),
    }
    for (one, other), version, default in grid(itertools.product(keys, keys), [2, 3, 4], [False, True]):
        defaults = {"default_string": "none", "default_int64": 99, "default_float": 9.5} if default else {}
        outputs = [("Y", kinds[other])]
        made = node("LabelEncoder", outputs, **{f"keys_{one}": keys[one], f"values_{other}": keys[other][:4]}, **defaults)
        yield "LabelEncoder", model(made, outputs, kinds[one], version), given[one]
    nan = helper.make_tensor("k", FLOAT, [3], [float("nan"), 1.5, -2.0])
    values = helper.make_tensor("v", INT, [3], [7, 8, 9])
    default = helper.make_tensor("d", INT, [1], [42])
    outputs = [("Y", INT)]
    yield "LabelEncoder", model(node("LabelEncoder", outputs, keys_tensor=nan, values_tensor=values, default_tensor=default), outputs, FLOAT, 4), given["floats"]
    for one, other in [("strings", "int64s"), ("int64s", "strings")]:
        outputs = [("Y", kinds[other])]
        made = node("CategoryMapper", outputs, cats_strings=["a", "b", "ab"], cats_int64s=[3, -1, 7], default_string="none", default_int64=5)
        yield "CategoryMapper", model(made, outputs, kinds[one], 1), given[one]
        made = node("LabelEncoder", outputs, classes_strings=["a", "b", "ab", "x"], default_string="none", default_int64=5)
        yield "LabelEncoder", model(made, outputs, kinds[one], 1), given[one]
    for kind, array in [(TEXT, given["strings"]), (INT, given["int64s"]), (FLOAT, given["floats"][:1]), (DOUBLE, given["floats"][:1].astype(float))]:
        cats = {"cats_strings": ["a", "b"]} if kind == TEXT else {"cats_int64s": [0, 3, 1]}
        outputs = [("Y", FLOAT)]
        yield "OneHotEncoder", model(node("OneHotEncoder", outputs, zeros=1, **cats), outputs, kind, 1), array
        known = {"cats_strings": ["x", "", "a", "b", "ab"]} if kind == TEXT else {"cats_int64s": [0, 3, 1, 7, -1, 4]}
        yield "OneHotEncoder", model(node("OneHotEncoder", outputs, zeros=0, **known), outputs, kind, 1), array


def plain():
    """Operators of rows."""
    outputs = [("Y", FLOAT)]
    for kind, array in [(FLOAT, np.float32), (DOUBLE, np.float64), (INT, np.int64), (TensorProto.INT32, np.int32)]:
        for numbers in [[0.25, -1.0, 3.0], [1.5]]:
            made = node("Scaler", outputs, offset=numbers, scale=[x * 0.7 for x in numbers])
            yield "Scaler", model(made, outputs, kind, 1), rows(array)
        for norm in ["MAX", "L1", "L2"]:
            yield "Normalizer", model(node("Normalizer", outputs, norm=norm), outputs, kind, 1), rows(array)
        if kind in (FLOAT, DOUBLE, INT):
            picks = onnx.numpy_helper.from_array(np.array([2, 0]), "places")
            made = model(node("ArrayFeatureExtractor", [("Y", kind)], inputs=["X", "places"]), [("Y", kind)], kind, 1)
            made.graph.initializer.append(picks)
            yield "ArrayFeatureExtractor", made, rows(array)
        yield "FeatureVectorizer", model(node("FeatureVectorizer", outputs, inputs=["X", "X"], inputdimensions=[3, 3]), outputs, kind, 1), rows(array)
        labels = {"classlabels_ints": [4, 6, 8]}
        both = [("label", INT), ("scores", FLOAT)]
        for transform, classes in grid(["NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO"], [1, 2, 3]):
            numbers = [float(x) for x in RANDOM.normal(size=4 * classes)]
            labels = {"classlabels_ints": [4, 6, 8][: max(classes, 2)]}
            made = node("LinearClassifier", both, coefficients=numbers[classes:], intercepts=numbers[:classes], post_transform=transform, **labels)
            yield "LinearClassifier", model(made, both, kind, 1), rows(array)
    numbers = [float(x) for x in RANDOM.normal(size=12)]
    for transform, targets in grid(["NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO", "PROBIT"], [1, 3]):
        made = node("LinearRegressor", outputs, coefficients=numbers[: 3 * targets], intercepts=numbers[:targets], targets=targets, post_transform=transform)
        yield "LinearRegressor", model(made, outputs, version=1), rows()
    yield "LinearRegressor", model(node("LinearRegressor", outputs, coefficients=numbers[:3], targets=1), outputs, version=1), rows()
    yield "Binarizer", model(node("Binarizer", outputs, threshold=0.25), outputs, version=1), rows()
    for imputed, replaced in [([1.0, 2.0, 3.0], float("nan")), ([7.5], float("nan")), ([1.0, 2.0, 3.0], 0.25)]:
        made = node("Imputer", outputs, imputed_value_floats=imputed, replaced_value_float=replaced)
        yield "Imputer", model(made, outputs, version=1), rows(gaps=True)
    made = node("Imputer", [("Y", INT)], imputed_value_int64s=[5, 6, 7], replaced_value_int64=1)
    yield "Imputer", model(made, [("Y", INT)], INT, 1), rows(np.int64)
    for metric in ["euclidean", "sqeuclidean"]:
        made = model(node("CDist", outputs, "com.microsoft", ["X", "others"], metric=metric), outputs)
        made.graph.initializer.append(onnx.numpy_helper.from_array(RANDOM.normal(size=(4, 3)).astype(np.float32) * 4, "others"))
        yield "CDist", made, rows()
    for kernel, classes, transform in grid(["LINEAR", "POLY", "RBF", "SIGMOID"], [2, 3], ["NONE", "LOGISTIC", "SOFTMAX"]):
        vectors = [float(x) for x in RANDOM.normal(size=3 * 2 * classes)]
        both = [("label", INT), ("scores", FLOAT)]
        made = node(
            "SVMClassifier", both, kernel_type=kernel, kernel_params=[0.3, 0.5, 3.0], support_vectors=vectors, vectors_per_class=[2] * classes,
            coefficients=[float(x) for x in RANDOM.normal(size=(classes - 1) * 2 * classes)], rho=[float(x) for x in RANDOM.normal(size=classes * (classes - 1) // 2)],
            classlabels_ints=[2, 4, 6][:classes], post_transform=transform,
        )
        yield "SVMClassifier", model(made, both, version=1), rows()
    for kernel, one_class in grid(["LINEAR", "POLY", "RBF", "SIGMOID"], [0, 1]):
        vectors, numbers = [float(x) for x in RANDOM.normal(size=12)], [float(x) for x in RANDOM.normal(size=5)]
        made = node("SVMRegressor", outputs, kernel_type=kernel, kernel_params=[0.3, 0.5, 2.0], support_vectors=vectors, n_supports=4, coefficients=numbers[:4], rho=numbers[4:], one_class=one_class)
        yield "SVMRegressor", model(made, outputs, version=1), rows()


def compare(program, folder, number, made, given):
    settings = onnxruntime.SessionOptions()
    settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    settings.intra_op_num_threads, settings.log_severity_level = 1, 4
    try:
        session = onnxruntime.InferenceSession(made.SerializeToString(), settings)
        expected = dict(zip([port.name for port in session.get_outputs()], session.run(None, {"X": given}), strict=True))
    except Exception as error:
        return "not run", " ".join(str(error).split())[:120]
    source, network, inputs, outputs = (folder / f"{number}{end}" for end in (".onnx", ".edgelet", "-in.npz", "-out.npz"))
    source.write_bytes(made.SerializeToString())
    imported = subprocess.run([program, "import", source, "-o", network, "--quiet"], capture_output=True, text=True)
    if imported.returncode != 0:
        why = imported.stderr.strip().split("found ")[-1]
        return ("refused" if any(reason in why for reason in REFUSED) else "wrong"), why
    np.savez(inputs, X=given.astype(str) if given.dtype == object else given)
    ran = subprocess.run([program, "predict", network, inputs, "-o", outputs, "--quiet"], capture_output=True, text=True)
    if ran.returncode != 0:
        return "wrong", ran.stderr.strip()
    with np.load(outputs) as found:
        for key, value in expected.items():
            why, _ = differs(found[key], value)
            if why:
                return "wrong", f"{key}: {why}"
    return "passed", ""


def main():
    program, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    counts, reasons, wrong = collections.defaultdict(collections.Counter), collections.Counter(), []
    for number, (name, made, given) in enumerate(itertools.chain(regressors(), classifiers(), nested(), encoders(), plain())):
        result, why = compare(program, folder, number, made, given)
        counts[name][result] += 1
        if result == "wrong":
            wrong.append(f"{number} {name}: {why}")
        elif result != "passed":
            reasons[f"{name}, {result}: {why}"] += 1
    kinds = ["passed", "refused", "wrong", "not run"]
    print(f"{'operator':28}" + "".join(f"{kind:>9}" for kind in kinds))
    for name, count in [*sorted(counts.items()), ("all", sum(counts.values(), collections.Counter()))]:
        print(f"{name:28}" + "".join(f"{count[kind]:9}" for kind in kinds))
    print("\n".join(f"{count} {reason}" for reason, count in sorted(reasons.items())))
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
