"""Training beside scikit-learn, XGBoost and LightGBM, in one run on two threads: time of the fit, peak memory, and how good
the model is on rows that nobody fitted.

`cargo xtask bench` runs it: `python train.py PROGRAM FOLDER`. Every fit has a process of its own, so that its memory is its
own; each starts from the same NPY file and has the same hyper-parameters.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

THREADS = "2"
SEED = 0
SETTINGS = {
    "boosting": {"max_iter": 100, "max_leaf_nodes": 31},
    "random-forest": {"n_estimators": 50},
    "svm": {"C": 10},
    "mlp": {"hidden_layer_sizes": 100},
}
ENVIRONMENT = {**os.environ, **dict.fromkeys(["OMP_NUM_THREADS", "RAYON_NUM_THREADS", "OPENBLAS_NUM_THREADS"], THREADS)}


def problems():
    """Name, family, whether it is a classification, fitted rows, all rows × columns with the target last."""
    from sklearn import datasets

    for rows, family in [(1_000_000, "boosting"), (100_000, "boosting"), (20_000, "random-forest")]:
        made = datasets.make_classification(
            rows + 20_000, 28, n_informative=14, n_redundant=6, n_clusters_per_class=6, flip_y=0.1, random_state=SEED
        )
        yield f"{rows // 1000}k × 28, 2 classes", family, True, rows, made
    made = datasets.make_classification(40_000, 20, n_informative=10, n_clusters_per_class=4, flip_y=0.05, random_state=SEED)
    for rows, family in [(20_000, "mlp"), (10_000, "svm")]:
        yield f"{rows // 1000}k × 20, 2 classes", family, True, rows, made
    yield "100k × 10, friedman1", "boosting", False, 100_000, datasets.make_friedman1(120_000, noise=1.0, random_state=SEED)
    yield "10k × 10, friedman1", "random-forest", False, 10_000, datasets.make_friedman1(20_000, noise=1.0, random_state=SEED)
    for name, load in [("breast cancer", datasets.load_breast_cancer), ("digits", datasets.load_digits), ("diabetes", datasets.load_diabetes)]:
        rows, target = load(return_X_y=True)
        order = np.random.default_rng(SEED).permutation(len(rows))
        for family in SETTINGS:
            yield name, family, name != "diabetes", len(rows) * 3 // 4, (rows[order], target[order])


def peers(family, is_classes):
    """What each peer is called, and how it is made."""
    kind = "Classifier" if is_classes else "Regressor"
    if family == "random-forest":
        from sklearn import ensemble

        return {"scikit-learn": lambda: getattr(ensemble, f"RandomForest{kind}")(n_estimators=50, n_jobs=2, random_state=SEED)}
    if family in ("svm", "mlp"):
        from sklearn import neural_network, pipeline, preprocessing, svm

        def made():
            if family == "mlp":
                model = getattr(neural_network, f"MLP{kind}")(hidden_layer_sizes=100, random_state=SEED)
            else:
                model = svm.SVC(C=10, probability=True, random_state=SEED) if is_classes else svm.SVR(C=10)
            return pipeline.make_pipeline(preprocessing.StandardScaler(), model)

        return {"scikit-learn": made}
    import lightgbm
    import xgboost
    from sklearn import ensemble

    return {
        "LightGBM": lambda: getattr(lightgbm, f"LGBM{kind}")(n_estimators=100, num_leaves=31, n_jobs=2, verbosity=-1, random_state=SEED),
        "XGBoost": lambda: getattr(xgboost, f"XGB{kind}")(
            n_estimators=100, learning_rate=0.1, max_leaves=31, max_depth=0, grow_policy="lossguide", n_jobs=2, random_state=SEED
        ),
        "scikit-learn": lambda: getattr(ensemble, f"HistGradientBoosting{kind}")(early_stopping=False, random_state=SEED),
    }


def fit(name, family, is_classes, folder):
    """One peer's fit, in this process: seconds, and its answers for the rows held out."""
    table = np.load(folder / "train.npy")
    rows, target = np.ascontiguousarray(table[:, :-1]), table[:, -1]
    model = peers(family, is_classes)[name]()
    begin = time.perf_counter()
    model.fit(rows, target.astype(int) if is_classes else target)
    seconds = time.perf_counter() - begin
    held_out = np.load(folder / "test.npy")[:, :-1]
    np.save(folder / "answers.npy", model.predict_proba(held_out) if is_classes else model.predict(held_out))
    print(json.dumps({"fit_seconds": seconds}))


def measured(command):
    """What a process printed, and the most memory that it held, in MB. A small process of its own starts it: what is started
    counts as its own the memory of who starts it, and here lie all rows."""
    watched = [sys.executable, __file__, "watch", *command]
    answer = json.loads(subprocess.run(watched, stdout=subprocess.PIPE, env=ENVIRONMENT, check=True).stdout)
    return json.loads(answer["printed"]), answer["megabytes"]


def watch(command):
    """Runs a process and tells what it printed and the most memory that it held."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    printed = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"{command[0]} ended with {status}")
    print(json.dumps({"printed": printed, "megabytes": usage.ru_maxrss / 1024}))


def losses(answers, target, is_classes):
    """A loss for each row held out."""
    if not is_classes:
        return (answers.ravel() - target) ** 2
    of_truth = answers[np.arange(len(target)), target.astype(int)]
    return -np.log(np.clip(of_truth, 1e-15, 1))


def main(program, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, family, is_classes, count, (rows, target) in problems():
        table = np.column_stack([rows, target]).astype(np.float64)
        np.save(folder / "train.npy", table[:count])
        np.save(folder / "test.npy", table[count:])
        truth, width = table[count:, -1], rows.shape[1]
        task = "classification" if is_classes else "regression"
        setting = [part for pair in SETTINGS[family].items() for part in ["--set", "{}={}".format(*pair)]]
        setting += ["--set", "early_stopping=false"] if family == "boosting" else []
        common = ["--target", f"x{width}", "--task", task, "--model", family, "--cv", "0", "--test-size", "0", "--quiet"]
        model = folder / "model.edgelet"
        ours, memory = measured([program, "train", str(folder / "train.npy"), *common, *setting, "--json", "-o", str(model)])
        method = "predict_proba" if is_classes else "predict"
        answers = folder / "answers.csv"
        subprocess.run([program, "predict", str(model), str(folder / "test.npy"), "--method", method, "-o", str(answers), "--quiet"], check=True)
        own = losses(np.loadtxt(answers, delimiter=",", skiprows=1, ndmin=2), truth, is_classes)
        print(f"\n{name}, {family}: edgelet {ours['fit_seconds']:.2f} s, {memory:.0f} MB, loss {own.mean():.5f}, {ours['download']} bytes to download")
        for peer in peers(family, is_classes):
            theirs, held = measured([sys.executable, "-Wignore", __file__, "fit", peer, family, str(is_classes), str(folder)])
            loss = losses(np.load(folder / "answers.npy"), truth, is_classes)
            # How many standard errors of the difference edgelet's loss is above.
            difference = own - loss
            noise = difference.mean() / (difference.std() / np.sqrt(len(truth)) + 1e-300)
            time_ratio, memory_ratio = ours["fit_seconds"] / theirs["fit_seconds"], memory / held
            print(
                f"  {peer:<14}{theirs['fit_seconds']:8.2f} s {held:6.0f} MB  loss {loss.mean():.5f}   edgelet: × time {time_ratio:.2f}, "
                f"× memory {memory_ratio:.2f}, loss {noise:+.1f} standard errors"
            )


if __name__ == "__main__":
    if sys.argv[1] == "fit":
        _, _, peer, family, is_classes, folder = sys.argv
        fit(peer, family, is_classes == "True", Path(folder))
    elif sys.argv[1] == "watch":
        watch(sys.argv[2:])
    else:
        main(sys.argv[1], Path(sys.argv[2]))
