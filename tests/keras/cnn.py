"""`edgelet train --model cnn` beside Keras: scikit-learn's digits, the same rows, the same layers and the same steps.

`python cnn.py PROGRAM FOLDER` trains both, and fails if edgelet is worse than Keras by more than the noise of the rows that
neither saw. What is compared is the loss of each row: accuracies of 450 rows are too coarse.
"""

import os
import subprocess
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"

import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_digits

EPOCHS = 30
BATCH = 32
RATE = 0.01
DECAY = 0.05
# The least accuracy of edgelet's without any option, and how many standard errors it may be behind Keras.
ACCURACY = 0.985
NOISE = 2.0


def network(images, classes, filters, epochs, rows):
    """edgelet's layers and steps in Keras, with edgelet's defaults."""
    scale = layers.Normalization(axis=None)
    scale.adapt(images)
    inputs = keras.Input((*images.shape[1:3], 1))
    x = scale(inputs)
    for count in filters:
        x = layers.Conv2D(count, 3, padding="same", use_bias=False, kernel_initializer="he_uniform")(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.MaxPooling2D(2)(layers.ReLU()(x))
    outputs = layers.Dense(classes, activation="softmax")(layers.Flatten()(x))
    model = keras.Model(inputs, outputs)
    rate = keras.optimizers.schedules.CosineDecay(RATE, epochs * -(-rows // BATCH))
    optimizer = keras.optimizers.AdamW(rate, weight_decay=DECAY)
    optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
    model.compile(optimizer, "sparse_categorical_crossentropy")
    return model


def main(program, folder):
    digits = load_digits()
    images, labels = digits.images.astype(np.uint8), digits.target
    order = np.random.default_rng(0).permutation(len(labels))
    held_out, known = order[:450], order[450:]
    np.savez(folder / "digits.npz", images=images[known], labels=labels[known])
    np.savez(folder / "new.npz", images=images[held_out])

    run = lambda *arguments: subprocess.run([program, *arguments], cwd=folder, check=True)
    run("train", "digits.npz", "--target", "labels", "--model", "cnn", "--test-size", "0", "--quiet", "-o", "digits.edgelet")
    run("predict", "digits.edgelet", "new.npz", "-o", "answers.npz")
    ours = np.load(folder / "answers.npz")["probabilities"]

    keras.utils.set_random_seed(0)
    floats = images[..., None].astype("float32")
    model = network(floats[known], 10, [16, 32], EPOCHS, len(known))
    model.fit(floats[known], labels[known], batch_size=BATCH, epochs=EPOCHS, verbose=0)
    theirs = model.predict(floats[held_out], verbose=0)

    truth = labels[held_out]
    accuracies = [(answers.argmax(1) == truth).mean() for answers in (ours, theirs)]
    losses = [-np.log(np.clip(answers[np.arange(len(truth)), truth], 1e-7, 1)) for answers in (ours, theirs)]
    difference = losses[0] - losses[1]
    noise = difference.mean() / (difference.std(ddof=1) / np.sqrt(len(truth)))
    print(f"accuracy {accuracies[0]:.4f}, Keras {accuracies[1]:.4f}; loss {losses[0].mean():.4f}, Keras {losses[1].mean():.4f}: {noise:+.1f} standard errors")
    assert accuracies[0] >= ACCURACY, accuracies
    assert noise < NOISE, noise


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]), Path(sys.argv[2]))
