"""Writes tests/fixtures/keras: files of Keras 2 (tf_keras), with what it predicts. Needs TensorFlow, so it is run by hand:

    pip install tf_keras==2.21.* tensorflow-cpu==2.21.* && python tests/keras/make_older.py
"""

from pathlib import Path

import numpy as np
import tf_keras as keras
from tf_keras import layers as L

FOLDER = Path(__file__).parent.parent / "fixtures/keras"


def convolutional():
    """As Keras 2 has them by other names and numbers: slopes, a depthwise kernel, hard_sigmoid."""
    x = [L.Conv2D(4, 3, padding="same", strides=2, input_shape=(9, 8, 2)), L.LeakyReLU(), L.BatchNormalization(scale=False)]
    x += [L.DepthwiseConv2D(2, depth_multiplier=2), L.ReLU(max_value=2.0, negative_slope=0.1), L.SeparableConv2D(3, 2)]
    return keras.Sequential([*x, L.Activation("hard_sigmoid"), L.GlobalAveragePooling2D(), L.Dense(3, activation="softmax")])


def nested():
    """Models in models, shared layers, several inputs and outputs."""
    a, b = L.Input((6,), name="left"), L.Input((6,), name="right")
    tower = keras.Sequential([L.Dense(5, activation="relu", input_shape=(6,)), L.LayerNormalization()], name="tower")
    p = L.Input((5,))
    head = keras.Model(p, [L.Dense(2)(p), L.Dense(3, activation="gelu")(p)], name="head")
    left, right = tower(a), tower(b)
    first, second = head(L.Multiply()([left, right]))
    _, third = head(left)
    return keras.Model([a, b], [first, L.Concatenate()([second, third])])


def recurrent():
    """Gates, states and both ways."""
    x, y = L.Input((None, 3), name="x"), L.Input((None, 2), name="y")
    _, h, c = L.LSTM(4, return_state=True)(x)
    z = L.LSTM(4, return_sequences=True)(y, initial_state=[h, c])
    z = L.Bidirectional(L.GRU(3, return_sequences=True))(z)
    z = L.MultiHeadAttention(2, 3)(z, z)
    return keras.Model([x, y], [L.TimeDistributed(L.Dense(2))(z), L.GRU(2, reset_after=False)(z)])


COUNTS = np.array([[1, 1, 1, 0, 0], [0, 0, 1, 1, 1], [1, 0, 1, 1, 0]], bool)


def masked():
    """Masks, which Keras 2 joins in another way."""
    x, y = L.Input((None,), name="words", dtype="int32"), L.Input((None, 3), name="signals")
    words = L.Embedding(11, 4, mask_zero=True)(x)
    words = L.Bidirectional(L.LSTM(3, return_sequences=True))(words)
    signals = L.GRU(3, return_sequences=True)(L.Masking(-1.5)(y))
    both = L.Concatenate()([words, signals])
    seen = L.MultiHeadAttention(2, 3)(both, both, use_causal_mask=True)
    sum = L.LayerNormalization()(L.Add()([seen, both]))
    some = L.Multiply()([both, L.Conv1D(9, 1)(both)])
    behind = L.Concatenate(axis=1)([words, L.Dense(6)(both)])
    ends = [sum, L.LSTM(2)(some), L.GlobalAveragePooling1D()(both), L.Attention()([words, words]), L.SimpleRNN(2, go_backwards=True)(behind)]
    return keras.Model([x, y], [*ends, L.TimeDistributed(L.Dense(2))(signals)])


def masked_rows(random):
    x = random.normal(size=(3, 5, 3))
    x[~np.roll(COUNTS, 1, axis=0)] = -1.5
    return [np.where(COUNTS, random.integers(1, 11, COUNTS.shape), 0).astype("int32"), x.astype("float32")]


def main():
    FOLDER.mkdir(exist_ok=True)
    random = np.random.default_rng(5)
    for make in (convolutional, nested, recurrent, masked):
        keras.utils.set_random_seed(2)
        model = make()
        for variable in model.weights:
            value = random.normal(size=variable.shape) * 0.5
            variable.assign(np.abs(value) + 0.5 if "variance" in variable.name or "gamma" in variable.name else value)
        given = [random.normal(size=[2, *(length or 5 for length in tensor.shape[1:])]).astype("float32") for tensor in model.inputs]
        given = masked_rows(random) if make is masked else given
        made = model.predict(given, verbose=0)
        made = made if isinstance(made, list) else [made]
        model.save(FOLDER / f"{make.__name__}.h5", include_optimizer=False)
        names = list(dict.fromkeys(name.split("/")[0] for name in model.output_names))
        np.savez(FOLDER / f"{make.__name__}-in.npz", **dict(zip(model.input_names, given, strict=True)))
        np.savez(FOLDER / f"{make.__name__}-out.npz", **dict(zip(names, made, strict=True)))
        print(make.__name__, model.input_names, model.output_names)


if __name__ == "__main__":
    main()
