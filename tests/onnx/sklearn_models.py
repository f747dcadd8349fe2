"""scikit-learn's estimators as skl2onnx writes them, and what onnxruntime makes of them.

    python tests/onnx/sklearn_models.py target/debug/edgelet FOLDER [NAME ...]

Each is trained on one of scikit-learn's own data sets, converted, imported and run: with rows of training, rows exactly on thresholds, and
missing numbers where the model takes them. Labels must be equal and floats within 1e-6 of the largest number of their output. Where sums of
float32 cancel, onnxruntime itself is further than that from what the same graph makes in float64: there edgelet may be as far from that as three times
onnxruntime, whose sums are in several parts. What is refused must be what REFUSED names. Prints a line for each, with how far it is off.
"""

import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pandas
from onnx import TensorProto
from onnx.reference import ReferenceEvaluator
from onnx.reference.op_run import OpRun
from skl2onnx import to_onnx
from skl2onnx.common import _container
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, Int64TensorType, StringTensorType
from sklearn import (
    calibration,
    cluster,
    compose,
    datasets,
    decomposition,
    discriminant_analysis,
    ensemble,
    feature_selection,
    gaussian_process,
    impute,
    linear_model,
    mixture,
    model_selection,
    multiclass,
    multioutput,
    naive_bayes,
    neighbors,
    neural_network,
    pipeline,
    preprocessing,
    random_projection,
    svm,
    tree,
)
from sklearn.cross_decomposition import PLSRegression

FLOATS, IRIS = np.float32, datasets.load_iris(return_X_y=True)
CANCER, DIGITS = datasets.load_breast_cancer(return_X_y=True), datasets.load_digits(return_X_y=True)
DIABETES, WINE = datasets.load_diabetes(return_X_y=True), datasets.load_wine(return_X_y=True)
PHYSICAL = datasets.load_linnerud(return_X_y=True)
TEXTS = np.array(["setosa", "versicolor", "virginica"])

# skl2onnx 1.20 gives truth values as whole numbers, which onnx 1.23 does not take any more.
make_node = _container.make_node
_container.make_node = lambda *given, **attributes: make_node(*given, **{key: whole(value) for key, value in attributes.items()})


def whole(value):
    is_truth = isinstance(value, (list, np.ndarray)) and any(isinstance(x, (bool, np.bool_)) for x in value)
    return [int(x) for x in value] if is_truth else value


# What is refused, and what the refusal names.
REFUSED = {
    "svc-probability": "SVMClassifier with probabilities",
    "multi-output": "the operator SequenceConstruct",
    "knn": "the operator Scan",
    "knn-regressor": "the operator Scan",
    "gp-regressor": "the operator Scan",
    "local-outlier-factor": "the operator Scan",
    "kernel-pca": "the operator Scan",
    "knn-imputer": "functions of its own",
}


def cut(data, rows=None):
    x, y = data
    return x.astype(FLOATS)[:rows], y[:rows]


def missing(x):
    """Every seventh number is missing."""
    x = x.copy()
    x.ravel()[::7] = np.nan
    return x


def named(y):
    return TEXTS[y]


def mixed():
    """A table with a number, a whole number and two texts, and a target that hangs on all of them."""
    random = np.random.default_rng(3)
    age, rooms = random.normal(40, 12, 200).astype(FLOATS), random.integers(0, 5, 200)
    plan, city = random.choice(["free", "pro", "team"], 200), random.choice(["Ulm", "Bonn", "Köln", "Jena"], 200)
    target = ((age > 40) ^ (plan == "pro") | (rooms > 3)).astype(np.int64)
    return {"age": age, "rooms": rooms, "plan": plan, "city": city}, target


def estimators():
    """For each name a fitted estimator, its rows, and options of the conversion."""
    classes = {
        "logistic": (linear_model.LogisticRegression(max_iter=500), IRIS),
        "logistic-binary": (linear_model.LogisticRegression(max_iter=5000), CANCER),
        "ridge-classifier": (linear_model.RidgeClassifier(), IRIS),
        "ridge-classifier-binary": (linear_model.RidgeClassifier(), CANCER),
        "perceptron": (linear_model.Perceptron(), IRIS),
        "sgd-hinge": (linear_model.SGDClassifier(random_state=0), IRIS),
        "sgd-log": (linear_model.SGDClassifier(loss="log_loss", random_state=0), WINE),
        "sgd-huber": (linear_model.SGDClassifier(loss="modified_huber", random_state=0), IRIS),
        "passive-aggressive": (linear_model.SGDClassifier(loss="hinge", penalty=None, learning_rate="pa1", eta0=1.0, random_state=0), IRIS),
        "linear-svc": (svm.LinearSVC(), IRIS),
        "linear-svc-binary": (svm.LinearSVC(), CANCER),
        "svc-linear": (svm.SVC(kernel="linear"), IRIS),
        "svc-rbf": (svm.SVC(), IRIS),
        "svc-poly": (svm.SVC(kernel="poly", degree=3), WINE),
        "svc-poly4": (svm.SVC(kernel="poly", degree=4), IRIS),
        "svc-sigmoid": (svm.SVC(kernel="sigmoid"), IRIS),
        "svc-binary": (svm.SVC(), CANCER),
        "svc-probability": (svm.SVC(probability=True, random_state=0), IRIS),
        "nu-svc": (svm.NuSVC(nu=0.2), IRIS),
        "tree": (tree.DecisionTreeClassifier(random_state=0), IRIS),
        "tree-binary": (tree.DecisionTreeClassifier(max_depth=4, random_state=0), CANCER),
        "extra-tree": (tree.ExtraTreeClassifier(random_state=0), WINE),
        "forest": (ensemble.RandomForestClassifier(30, random_state=0), IRIS),
        "forest-binary": (ensemble.RandomForestClassifier(20, max_depth=4, random_state=0), CANCER),
        "forest-digits": (ensemble.RandomForestClassifier(60, random_state=0), DIGITS),
        "extra-trees": (ensemble.ExtraTreesClassifier(20, random_state=0), WINE),
        "boosting": (ensemble.GradientBoostingClassifier(n_estimators=20, random_state=0), IRIS),
        "boosting-binary": (ensemble.GradientBoostingClassifier(n_estimators=30, random_state=0), CANCER),
        "hist-boosting": (ensemble.HistGradientBoostingClassifier(max_iter=15), IRIS),
        "hist-boosting-binary": (ensemble.HistGradientBoostingClassifier(max_iter=30), CANCER),
        "adaboost": (ensemble.AdaBoostClassifier(n_estimators=10, random_state=0), IRIS),
        "bagging": (ensemble.BaggingClassifier(n_estimators=5, random_state=0), IRIS),
        "voting": (ensemble.VotingClassifier([("a", linear_model.LogisticRegression(max_iter=500)), ("b", tree.DecisionTreeClassifier(max_depth=3))], voting="soft", flatten_transform=False), IRIS),
        "stacking": (ensemble.StackingClassifier([("a", linear_model.LogisticRegression(max_iter=500)), ("b", tree.DecisionTreeClassifier(max_depth=3))]), IRIS),
        "calibrated": (calibration.CalibratedClassifierCV(svm.LinearSVC(), cv=2), IRIS),
        "one-vs-rest": (multiclass.OneVsRestClassifier(linear_model.LogisticRegression()), IRIS),
        "one-vs-one": (multiclass.OneVsOneClassifier(linear_model.LogisticRegression()), IRIS),
        "multi-output": (multioutput.MultiOutputClassifier(linear_model.LogisticRegression()), (IRIS[0], np.stack([IRIS[1] > 0, IRIS[1] > 1], 1).astype(np.int64))),
        "gaussian-nb": (naive_bayes.GaussianNB(), IRIS),
        "bernoulli-nb": (naive_bayes.BernoulliNB(binarize=3.0), IRIS),
        "multinomial-nb": (naive_bayes.MultinomialNB(), IRIS),
        "complement-nb": (naive_bayes.ComplementNB(), IRIS),
        "lda": (discriminant_analysis.LinearDiscriminantAnalysis(), IRIS),
        "qda": (discriminant_analysis.QuadraticDiscriminantAnalysis(), IRIS),
        "mlp": (neural_network.MLPClassifier((16,), max_iter=300, random_state=0), IRIS),
        "mlp-binary": (neural_network.MLPClassifier((8, 8), max_iter=200, random_state=0), WINE),
        "knn": (neighbors.KNeighborsClassifier(), IRIS),
        "grid-search": (model_selection.GridSearchCV(linear_model.LogisticRegression(max_iter=500), {"C": [0.1, 1]}), IRIS),
    }
    numbers = {
        "linear": (linear_model.LinearRegression(), DIABETES),
        "linear-targets": (linear_model.LinearRegression(), PHYSICAL),
        "ridge": (linear_model.Ridge(), DIABETES),
        "lasso": (linear_model.Lasso(0.1), DIABETES),
        "elastic-net": (linear_model.ElasticNet(0.01), DIABETES),
        "bayesian-ridge": (linear_model.BayesianRidge(), DIABETES),
        "huber": (linear_model.HuberRegressor(max_iter=500), DIABETES),
        "poisson": (linear_model.PoissonRegressor(), DIABETES),
        "tweedie": (linear_model.TweedieRegressor(power=1.5), DIABETES),
        "ransac": (linear_model.RANSACRegressor(random_state=0), DIABETES),
        "linear-svr": (svm.LinearSVR(), DIABETES),
        "svr-rbf": (svm.SVR(C=10), DIABETES),
        "svr-poly": (svm.SVR(kernel="poly", degree=2), DIABETES),
        "nu-svr": (svm.NuSVR(kernel="linear"), DIABETES),
        "tree-regressor": (tree.DecisionTreeRegressor(max_depth=6), DIABETES),
        "tree-targets": (tree.DecisionTreeRegressor(max_depth=3), PHYSICAL),
        "forest-regressor": (ensemble.RandomForestRegressor(25, random_state=0), DIABETES),
        "extra-trees-regressor": (ensemble.ExtraTreesRegressor(10, random_state=0), DIABETES),
        "boosting-regressor": (ensemble.GradientBoostingRegressor(random_state=0), DIABETES),
        "hist-boosting-regressor": (ensemble.HistGradientBoostingRegressor(max_iter=40), DIABETES),
        "adaboost-regressor": (ensemble.AdaBoostRegressor(n_estimators=5, random_state=0), DIABETES),
        "bagging-regressor": (ensemble.BaggingRegressor(n_estimators=5, random_state=0), DIABETES),
        "voting-regressor": (ensemble.VotingRegressor([("a", linear_model.Ridge()), ("b", tree.DecisionTreeRegressor(max_depth=3))]), DIABETES),
        "stacking-regressor": (ensemble.StackingRegressor([("a", linear_model.Ridge()), ("b", tree.DecisionTreeRegressor(max_depth=3))]), DIABETES),
        "pls": (PLSRegression(2), PHYSICAL),
        "mlp-regressor": (neural_network.MLPRegressor(hidden_layer_sizes=(16,), max_iter=300, random_state=0), DIABETES),
        "knn-regressor": (neighbors.KNeighborsRegressor(), DIABETES),
        "gp-regressor": (gaussian_process.GaussianProcessRegressor(alpha=1.0), (IRIS[0], IRIS[1].astype(float))),
        "multi-output-regressor": (multioutput.MultiOutputRegressor(tree.DecisionTreeRegressor(max_depth=3)), PHYSICAL),
        "one-class-svm": (svm.OneClassSVM(nu=0.1), IRIS),
        "sgd-one-class": (linear_model.SGDOneClassSVM(random_state=0), IRIS),
        "isolation-forest": (ensemble.IsolationForest(n_estimators=10, random_state=0), IRIS),
        "local-outlier-factor": (neighbors.LocalOutlierFactor(novelty=True), IRIS),
    }
    steps = {
        "standard-scaler": preprocessing.StandardScaler(),
        "min-max-scaler": preprocessing.MinMaxScaler(clip=True),
        "robust-scaler": preprocessing.RobustScaler(),
        "max-abs-scaler": preprocessing.MaxAbsScaler(),
        "normalizer-l1": preprocessing.Normalizer("l1"),
        "normalizer-l2": preprocessing.Normalizer("l2"),
        "normalizer-max": preprocessing.Normalizer("max"),
        "binarizer": preprocessing.Binarizer(threshold=1.5),
        "polynomial": preprocessing.PolynomialFeatures(2),
        "power": preprocessing.PowerTransformer(),
        "quantile": preprocessing.QuantileTransformer(n_quantiles=20),
        "bins": preprocessing.KBinsDiscretizer(4, encode="ordinal", strategy="uniform"),
        "bins-onehot": preprocessing.KBinsDiscretizer(3, encode="onehot-dense", strategy="quantile"),
        "pca": decomposition.PCA(2),
        "svd": decomposition.TruncatedSVD(2),
        "incremental-pca": decomposition.IncrementalPCA(2),
        "kernel-pca": decomposition.KernelPCA(2, kernel="rbf"),
        "random-projection": random_projection.GaussianRandomProjection(2, random_state=0),
        "kbest": feature_selection.SelectKBest(k=2),
        "percentile": feature_selection.SelectPercentile(percentile=50),
        "variance-threshold": feature_selection.VarianceThreshold(0.2),
        "rfe": feature_selection.RFE(linear_model.LogisticRegression(max_iter=500), n_features_to_select=2),
        "from-model": feature_selection.SelectFromModel(tree.DecisionTreeClassifier(random_state=0)),
        "kmeans": cluster.KMeans(3, n_init=2, random_state=0),
        "mini-batch-kmeans": cluster.MiniBatchKMeans(3, n_init=2, random_state=0),
        "gaussian-mixture": mixture.GaussianMixture(3, random_state=0),
        "forest-embedding": ensemble.RandomTreesEmbedding(5, max_depth=3, random_state=0, sparse_output=False),
        "function": preprocessing.FunctionTransformer(),
        "imputer": impute.SimpleImputer(),
        "imputer-number": impute.SimpleImputer(missing_values=0.2, strategy="most_frequent"),
        "knn-imputer": impute.KNNImputer(),
        "union": pipeline.FeatureUnion([("scaled", preprocessing.StandardScaler()), ("pca", decomposition.PCA(2))]),
        "pipeline": pipeline.make_pipeline(impute.SimpleImputer(), preprocessing.StandardScaler(), decomposition.PCA(3), linear_model.LogisticRegression(max_iter=500)),
        "column-transformer": compose.ColumnTransformer([("a", preprocessing.StandardScaler(), [0, 2]), ("b", preprocessing.MinMaxScaler(), [1])], remainder="passthrough"),
    }
    for name, (model, data) in {**classes, **numbers}.items():
        x, y = cut(data)
        yield name, model.fit(x, y), {"X": x}, {}
    x, y = cut(IRIS)
    for name, model in steps.items():
        yield name, model.fit(x, y), {"X": x}, {}
    # Labels that are texts, tensors in the place of maps, whole numbers, doubles, missing ones.
    plain = {"zipmap": False}
    for name in ["logistic", "forest", "boosting", "svc-rbf", "sgd-log", "gaussian-nb", "hist-boosting"]:
        model = classes[name][0]
        yield f"{name}-texts", type(model)(**model.get_params()).fit(x, named(y)), {"X": x}, {}
        yield f"{name}-plain", type(model)(**model.get_params()).fit(x, y), {"X": x}, plain
    whole = DIGITS[0][:300].astype(np.int64)
    for name in ["logistic", "forest", "standard-scaler", "linear-svc", "normalizer-l2"]:
        model = steps.get(name) or classes[name][0]
        yield f"{name}-whole", type(model)(**model.get_params()).fit(whole, DIGITS[1][:300]), {"X": whole}, {}
    for name in ["logistic", "forest", "standard-scaler", "gaussian-nb", "kmeans", "pca"]:
        model = steps.get(name) or classes[name][0]
        yield f"{name}-double", type(model)(**model.get_params()).fit(IRIS[0], y), {"X": IRIS[0]}, plain if name in classes else {}
    yield "linear-double", linear_model.LinearRegression().fit(*DIABETES), {"X": DIABETES[0]}, {}
    # Neighbours by onnxruntime's own operator.
    for name in ["knn", "knn-regressor", "local-outlier-factor", "gp-regressor"]:
        model, data = {**classes, **numbers}[name]
        yield f"{name}-cdist", type(model)(**model.get_params()).fit(*cut(data)), {"X": cut(data)[0]}, {"optim": "cdist"}
    gaps = missing(x)
    for name in ["tree", "forest", "hist-boosting"]:
        model = classes[name][0]
        yield f"{name}-missing", type(model)(**model.get_params()).fit(gaps, y), {"X": gaps}, {}
    yield "imputer-missing", impute.SimpleImputer(strategy="median").fit(gaps), {"X": gaps}, {}
    # Texts and tables.
    table, target = mixed()
    text = np.stack([table["plan"], table["city"]], 1).astype(object)
    for name, model in {
        "one-hot": preprocessing.OneHotEncoder(sparse_output=False),
        "one-hot-ignore": preprocessing.OneHotEncoder(handle_unknown="ignore", sparse_output=False),
        "one-hot-drop": preprocessing.OneHotEncoder(drop="first", sparse_output=False),
        "ordinal": preprocessing.OrdinalEncoder(),
        "ordinal-unknown": preprocessing.OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
        "imputer-texts": impute.SimpleImputer(strategy="most_frequent", missing_values=""),
        "one-hot-tree": pipeline.make_pipeline(preprocessing.OneHotEncoder(sparse_output=False), tree.DecisionTreeClassifier(max_depth=3)),
        "target-encoder": preprocessing.TargetEncoder(random_state=0),
    }.items():
        yield name, model.fit(text, target), {"X": text}, {}
    yield "one-hot-whole", preprocessing.OneHotEncoder(sparse_output=False).fit(whole[:, 2:6]), {"X": whole[:, 2:6]}, {}
    yield "label-encoder", preprocessing.LabelEncoder().fit(table["city"]), {"X": table["city"][:, None].astype(object)}, {}
    yield "label-binarizer", preprocessing.LabelBinarizer().fit(y), {"X": y[:, None].astype(np.int64)}, {}
    frame = pandas.DataFrame(table)
    columns = compose.ColumnTransformer([
        ("numbers", preprocessing.StandardScaler(), ["age", "rooms"]),
        ("texts", preprocessing.OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["plan", "city"]),
    ])
    given = {name: np.asarray(column)[:, None] for name, column in table.items()}
    given = {name: column.astype(object) if column.dtype.kind == "U" else column for name, column in given.items()}
    for name, last in {
        "table-logistic": linear_model.LogisticRegression(),
        "table-boosting": ensemble.GradientBoostingClassifier(n_estimators=10, random_state=0),
        "table-forest": ensemble.RandomForestClassifier(10, random_state=0),
    }.items():
        yield name, pipeline.make_pipeline(columns, last).fit(frame, target), given, {}


def typed(array):
    """What skl2onnx calls a column."""
    kinds = {"f4": FloatTensorType, "f8": DoubleTensorType, "i8": Int64TensorType}
    kind = StringTensorType if array.dtype.kind == "O" else kinds[array.dtype.str[1:]]
    return kind([None, array.shape[1]])


def thresholds(model, given):
    """Rows whose numbers are the thresholds of the model's trees, each one once and next to it."""
    found = {}
    for node in model.graph.node:
        attributes = {attribute.name: attribute for attribute in node.attribute}
        if "nodes_values" in attributes:
            for feature, value in zip(attributes["nodes_featureids"].ints, attributes["nodes_values"].floats, strict=True):
                found.setdefault(feature, []).append(value)
    x = given.get("X")
    if not found or x is None or x.dtype.kind != "f":
        return given
    rows = x[np.arange(60) % len(x)].copy()
    for feature, values in found.items():
        if feature < x.shape[1]:
            near = np.array(values, x.dtype)
            near = np.concatenate([near, np.nextafter(near, x.dtype.type(np.inf)), np.nextafter(near, x.dtype.type(-np.inf))])
            rows[:, feature] = near[(np.arange(60) * 7) % len(near)]
    return {"X": np.concatenate([x[:100], rows])}


def compare(program, folder, name, model, given, options):
    """passed, refused or wrong, and how far off or why."""
    inputs = [(key, typed(value)) for key, value in given.items()]
    converted = to_onnx(model, initial_types=inputs, options={id(model): options} if options else None, target_opset={"": 20, "ai.onnx.ml": 3})
    given = thresholds(converted, {key: value[:150] for key, value in given.items()})
    settings = onnxruntime.SessionOptions()
    settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    settings.intra_op_num_threads, settings.log_severity_level = 1, 3
    path, network = folder / f"{name}.onnx", folder / f"{name}.edgelet"
    path.write_bytes(converted.SerializeToString())
    session = onnxruntime.InferenceSession(path.read_bytes(), settings)
    made = dict(zip([port.name for port in session.get_outputs()], session.run(None, given), strict=True))
    imported = subprocess.run([program, "import", path, "-o", network, "--quiet"], capture_output=True, text=True)
    if imported.returncode != 0:
        kind = "refused" if "error[unsupported]" in imported.stderr else "wrong"
        return kind, imported.stderr.strip().split("found ")[-1]
    rows, out = folder / f"{name}-in.npz", folder / f"{name}-out.npz"
    np.savez(rows, **{key: value.astype(str) if value.dtype == object else value for key, value in given.items()})
    ran = subprocess.run([program, "predict", network, rows, "-o", out, "--quiet"], capture_output=True, text=True)
    if ran.returncode != 0:
        return "wrong", ran.stderr.strip()
    off, note = 0.0, ""
    with np.load(out) as found:
        for i, (key, expected) in enumerate(made.items()):
            if isinstance(expected, list):
                expected = np.array([list(row.values()) for row in expected], FLOATS)
            why, apart = differs(found[key], np.asarray(expected))
            if why and apart:
                exact = in_float64(converted, given)[i].reshape(expected.shape)
                own, theirs = (differs(x.astype(float), exact)[1] for x in (found[key], expected))
                if own <= 3 * theirs:
                    why, note = "", f"; from float64 {own:.1e}, onnxruntime {theirs:.1e}"
            if why:
                return "wrong", f"{key}: {why}"
            off = max(off, apart)
    return "passed", f"{off:.1e}{note}"


class CDist(OpRun):
    """onnxruntime's own operator, which onnx has no reference for."""

    op_domain = "com.microsoft"

    def _run(self, x, y, metric=None):
        squares = ((x[:, None] - y[None]) ** 2).sum(2)
        return (squares if metric == "sqeuclidean" else np.sqrt(squares),)


def in_float64(model, given):
    """What a graph makes if all of its float32 numbers are float64."""
    wide = onnx.ModelProto()
    wide.CopyFrom(model)
    maps = {node.output[0]: node.input[0] for node in wide.graph.node if node.op_type == "ZipMap"}
    nodes = [node for node in wide.graph.node if node.op_type != "ZipMap"]
    del wide.graph.node[:]
    wide.graph.node.extend(nodes)
    for weight in [*wide.graph.initializer, *(attribute.t for node in wide.graph.node for attribute in node.attribute if attribute.HasField("t"))]:
        if weight.data_type == TensorProto.FLOAT:
            weight.CopyFrom(onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(weight).astype(float), weight.name))
    for node in wide.graph.node:
        for attribute in node.attribute:
            if node.op_type == "Cast" and attribute.name == "to" and attribute.i == TensorProto.FLOAT:
                attribute.i = TensorProto.DOUBLE
    names = [maps.get(port.name, port.name) for port in wide.graph.output]
    del wide.graph.output[:]
    wide.graph.output.extend(onnx.helper.make_tensor_value_info(name, TensorProto.DOUBLE, None) for name in names)
    for port in wide.graph.input:
        if port.type.tensor_type.elem_type == TensorProto.FLOAT:
            port.type.tensor_type.elem_type = TensorProto.DOUBLE
    given = {key: value.astype(float) if value.dtype == FLOATS else value for key, value in given.items()}
    return ReferenceEvaluator(wide, new_ops=[CDist]).run(None, given)


def differs(found, expected):
    """Why an output is another one, and how far its numbers are off."""
    if expected.dtype.kind in "OU":
        expected = expected.astype(str)
    if found.shape != expected.shape or found.dtype.kind != expected.dtype.kind:
        return f"{expected.dtype} {expected.shape} expected, found {found.dtype} {found.shape}", 0
    if expected.dtype.kind != "f":
        wrong = int((found != expected).sum())
        return (f"{wrong} of {expected.size} labels" if wrong else ""), 0
    if (np.isnan(found) != np.isnan(expected)).any():
        return "NaN elsewhere", 0
    apart = np.nanmax(np.abs(found.astype(float) - expected), initial=0) / max(np.nanmax(np.abs(expected), initial=0), 1e-30)
    return (f"off by {apart:.1e}" if apart > 1e-6 else ""), float(apart)


def main():
    program, folder, only = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
    folder.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore")
    counts, surprises = {"passed": 0, "refused": 0, "wrong": 0}, []
    for name, model, given, options in estimators():
        if only and name not in only:
            continue
        result, why = compare(program, folder, name, model, given, options)
        counts[result] += 1
        expected = REFUSED.get(name)
        as_expected = result == "passed" if expected is None else result == "refused" and expected in why
        if not as_expected:
            surprises.append(name)
        print(f"{name:28} {result:8} {why}", flush=True)
    print(", ".join(f"{count} {result}" for result, count in counts.items()))
    if surprises:
        sys.exit(f"not as expected: {', '.join(surprises)}")


if __name__ == "__main__":
    main()
