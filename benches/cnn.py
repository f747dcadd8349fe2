"""Training convolutional networks beside Keras on JAX, in one run, on one thread and on two: time of the fit without compiling,
and how good the network is on images that neither saw.

`cargo xtask bench` runs it: `python cnn.py PROGRAM FOLDER`. Layers, steps and epochs are the same (`tests/keras/cnn.py`).
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

# Name, filters, epochs, how many images are fitted.
CASES = [("digits, 8 × 8", "16x32", 30, 1347), ("10k made, 28 × 28", "16x32x64", 3, 10_000)]


def images(name):
    """The images and their classes, fitted ones first."""
    if name.startswith("digits"):
        from sklearn.datasets import load_digits

        digits = load_digits()
        order = np.random.default_rng(0).permutation(len(digits.target))
        return digits.images.astype(np.uint8)[order], digits.target[order]
    # Ten strokes of some direction and place, of some width, among noise.
    random = np.random.default_rng(0)
    labels = random.integers(0, 10, 12_000)
    angle = labels * np.pi / 10 + random.normal(0, 0.06, len(labels))
    y, x = np.mgrid[0:28, 0:28] - 13.5
    off = x * np.sin(angle)[:, None, None] - y * np.cos(angle)[:, None, None] + random.normal(0, 3, (len(labels), 1, 1))
    light = np.exp(-((off / random.uniform(1, 3, (len(labels), 1, 1))) ** 2)) * 160 + random.normal(0, 40, off.shape)
    return np.clip(light, 0, 255).astype(np.uint8), labels


def fit(folder, filters, epochs):
    """Keras' fit, in this process: an epoch that compiles it, then it is begun anew."""
    sys.path.insert(0, str(Path(__file__).parent.parent / "tests/keras"))
    from cnn import BATCH, network

    import keras

    known, new = np.load(folder / "known.npz"), np.load(folder / "new.npz")
    floats, labels = known["images"][..., None].astype("float32"), known["labels"]
    keras.utils.set_random_seed(0)
    model = network(floats, 10, filters, epochs, len(labels))
    begun = model.get_weights()
    model.fit(floats, labels, batch_size=BATCH, epochs=1, verbose=0)
    model.set_weights(begun)
    for variable in model.optimizer.variables:
        variable.assign(keras.ops.zeros(variable.shape, variable.dtype))
    begin = time.perf_counter()
    model.fit(floats, labels, batch_size=BATCH, epochs=epochs, verbose=0)
    seconds = time.perf_counter() - begin
    np.save(folder / "answers.npy", model.predict(new["images"][..., None].astype("float32"), verbose=0))
    print(json.dumps({"fit_seconds": seconds}))


def limited(command, threads):
    """What a process printed that has so many processors."""
    held = sorted(os.sched_getaffinity(0))[:threads]
    environment = {**os.environ, "KERAS_BACKEND": "jax", "RAYON_NUM_THREADS": str(threads)}
    run = subprocess.run(
        command, stdout=subprocess.PIPE, env=environment, check=True, preexec_fn=lambda: os.sched_setaffinity(0, held)
    )
    return json.loads(run.stdout)["fit_seconds"]


def losses(answers, truth):
    return -np.log(np.clip(answers[np.arange(len(truth)), truth], 1e-7, 1))


def main(program, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, filters, epochs, count in CASES:
        pixels, labels = images(name)
        np.savez(folder / "known.npz", images=pixels[:count], labels=labels[:count])
        np.savez(folder / "new.npz", images=pixels[count:], labels=labels[count:])
        truth = labels[count:]
        for threads in (1, 2):
            setting = [part for pair in (f"filters={filters}", f"epochs={epochs}") for part in ("--set", pair)]
            common = ["--target", "labels", "--model", "cnn", "--test-size", "0", "--quiet", "--json"]
            ours = limited(
                [program, "train", str(folder / "known.npz"), *common, *setting, "-o", str(folder / "model.edgelet")], threads
            )
            np.savez(folder / "images.npz", images=pixels[count:])
            answers = folder / "answers.npz"
            subprocess.run([program, "predict", str(folder / "model.edgelet"), str(folder / "images.npz"), "-o", str(answers)], check=True)
            own = np.load(answers)["probabilities"]
            theirs = limited([sys.executable, "-Wignore", __file__, "fit", str(folder), filters, str(epochs)], threads)
            other = np.load(folder / "answers.npy")
            difference = losses(own, truth) - losses(other, truth)
            noise = difference.mean() / (difference.std() / np.sqrt(len(truth)) + 1e-300)
            right = [(answers.argmax(1) == truth).mean() for answers in (own, other)]
            print(
                f"{name}, {filters}, {epochs} epochs, {threads} threads: edgelet {ours:.2f} s, Keras {theirs:.2f} s, × time {ours / theirs:.2f}; "
                f"right {right[0]:.4f}, Keras {right[1]:.4f}; loss {noise:+.1f} standard errors"
            )


if __name__ == "__main__":
    if sys.argv[1] == "fit":
        _, _, folder, filters, epochs = sys.argv
        fit(Path(folder), [int(count) for count in filters.split("x")], int(epochs))
    else:
        main(os.path.abspath(sys.argv[1]), Path(sys.argv[2]))
