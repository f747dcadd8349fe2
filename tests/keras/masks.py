"""Layers under masks, for layers.py: steps that do not count on the left, on the right, between others, everywhere and nowhere."""

import keras
import numpy as np
from keras import layers as L

COUNTS = np.array([[1, 1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1, 1], [1, 0, 1, 1, 0, 0, 1], [0] * 7, [1] * 7], bool)
WIDTH = 3


def given(model, value, random):
    """Rows that count as COUNTS says, each further input in another order: zeros among whole numbers, the value among floats."""
    made = {}
    for i, tensor in enumerate(model.inputs):
        counts = np.roll(COUNTS, i, axis=0)
        if "int" in tensor.dtype:
            made[tensor.name] = np.where(counts, random.integers(1, 11, counts.shape), 0).astype(tensor.dtype)
        elif len(tensor.shape) == 3:
            x = random.normal(size=(*counts.shape, WIDTH))
            # A step of which some numbers are the value counts all the same.
            x[..., 0][random.random(counts.shape) < 0.4] = value
            x[~counts] = value
            made[tensor.name] = x.astype("float32")
        else:
            made[tensor.name] = random.normal(size=(len(counts), tensor.shape[1])).astype("float32")
    return made


def sequences(add):
    """Models of one layer after another."""

    def words(name, *made):
        add(name, lambda: keras.Sequential([L.Input((None,), name="x", dtype="int32"), L.Embedding(11, 5, mask_zero=True), *(make() for make in made)]))

    def signals(name, value, *made):
        add(name, lambda: keras.Sequential([L.Input((7, WIDTH), name="x"), L.Masking(value), *(make() for make in made)]), value)

    kinds = {"last": {}, "all": {"return_sequences": True}, "back": {"go_backwards": True}, "back all": {"go_backwards": True, "return_sequences": True}}
    zeros = {"zeros": {"return_sequences": True, "zero_output_for_mask": True}}
    zeros["back zeros"] = {**zeros["zeros"], "go_backwards": True}
    for cell in ("SimpleRNN", "LSTM", "GRU"):
        layer = getattr(L, cell)
        for name, options in {**kinds, **zeros}.items():
            words(f"{cell} {name}", lambda l=layer, o=options: l(4, **o))
        signals(f"{cell} of signals", 0.0, lambda l=layer: l(4, return_sequences=True))
        signals(f"{cell} of signals by another value", -1.7, lambda l=layer: l(4))
        words(f"{cell} stacked", lambda l=layer: l(4, return_sequences=True), lambda: L.Dropout(0.1), L.LayerNormalization, lambda l=layer: l(3))
        words(f"{cell} turned and stacked", lambda l=layer: l(4, return_sequences=True, go_backwards=True), lambda l=layer: l(3))
        for mode in ("concat", "sum", "mul", "ave"):
            for every in (False, True):
                words(f"both {cell} {mode} {every}", lambda l=layer, m=mode, e=every: L.Bidirectional(l(4, return_sequences=e), merge_mode=m))
        words(f"both {cell} stacked", lambda l=layer: L.Bidirectional(l(4, return_sequences=True)), lambda l=layer: L.Bidirectional(l(3)))
    words("GRU before", lambda: L.GRU(4, reset_after=False, return_sequences=True))
    signals("LSTM unrolled", 0.0, lambda: L.LSTM(4, unroll=True, return_sequences=True))
    words("both of two kinds", lambda: L.Bidirectional(L.LSTM(4), backward_layer=L.GRU(4, go_backwards=True)))
    words("convolution ends it", lambda: L.Conv1D(4, 3, padding="same"), lambda: L.GRU(3))
    words("average", L.GlobalAveragePooling1D)
    words("average kept", lambda: L.GlobalAveragePooling1D(keepdims=True))
    signals("average of signals", 9.5, L.GlobalAveragePooling1D)
    words("average of states", lambda: L.LSTM(4, return_sequences=True), L.GlobalAveragePooling1D)
    words("largest", L.GlobalMaxPooling1D)
    words("normalized", L.BatchNormalization, lambda: L.Activation("relu"), lambda: L.Dense(3, activation="softmax"), lambda: L.LSTM(3))
    words("each step", lambda: L.TimeDistributed(L.Dense(3, activation="tanh")), lambda: L.GRU(3))
    signals("masking alone", 0.5)


def graphs(add):
    """Models in which a mask goes several ways."""

    def several(name, kinds, make):
        def build():
            shapes = {"words": ((None,), "int32"), "signals": ((7, WIDTH), "float32"), "state": ((4,), "float32")}
            inputs = [L.Input(shapes[kind][0], name=f"x{i}", dtype=shapes[kind][1]) for i, kind in enumerate(kinds)]
            masked = {"words": lambda x: L.Embedding(11, 4, mask_zero=True)(x), "signals": lambda x: L.Masking()(x), "state": lambda x: x}
            return keras.Model(inputs, make(*(masked[kind](x) for kind, x in zip(kinds, inputs))))

        add(name, build, only_keras=True)

    for cell in ("SimpleRNN", "LSTM", "GRU"):
        layer = getattr(L, cell)
        several(f"{cell} state", ["words"], lambda x, l=layer: list(l(4, return_state=True, return_sequences=True)(x)))
        several(f"both {cell} state", ["words"], lambda x, l=layer: list(L.Bidirectional(l(4, return_state=True, return_sequences=True))(x)))
        several(f"both {cell} apart", ["words"], lambda x, l=layer: list(L.Bidirectional(l(4, return_sequences=True), merge_mode=None)(x)))
    several("initial state", ["signals", "state"], lambda x, h: L.GRU(3)(L.GRU(4, return_sequences=True)(x, initial_state=h)))
    several("both initial state", ["signals", "state"], lambda x, h: L.Bidirectional(L.GRU(4, return_sequences=True))(x, initial_state=[h, h]))
    several("sum", ["words", "words"], lambda a, b: L.LSTM(3)(L.Add()([a, b])))
    several("sum with an unmasked one", ["words", "state"], lambda a, b: L.GRU(3)(L.Multiply()([a, L.Reshape((1, 4))(b)])))
    for name in ("Maximum", "Minimum", "Multiply", "Average"):
        several(f"{name} of three", ["words"] * 3, lambda a, b, c, n=name: L.GRU(3, return_sequences=True)(getattr(L, n)()([a, b, c])))
        several(f"{name} of some", ["words"] * 3, lambda a, b, c, n=name: getattr(L, n)()([a, L.Conv1D(4, 1)(b), c]))
        several(f"{name} of ranks", ["words", "state"], lambda a, b, n=name: getattr(L, n)()([a, b]))
    several("beside", ["words", "signals"], lambda a, b: L.LSTM(3)(L.Concatenate()([a, b])))
    several("beside an unmasked one", ["words", "words"], lambda a, b: L.LSTM(3)(L.Concatenate()([a, L.Permute((1, 2))(L.Conv1D(2, 1)(b))])))
    several("behind", ["words", "words"], lambda a, b: L.LSTM(3)(L.Concatenate(axis=1)([a, b])))
    several("behind an unmasked one", ["words", "words"], lambda a, b: L.GlobalAveragePooling1D()(L.Concatenate(axis=1)([L.Conv1D(4, 1)(a), b])))
    several("attention", ["words", "words"], lambda q, v: L.Attention()([q, v]))
    several("attention of a part", ["words", "words"], lambda q, v: [L.Attention()([L.Conv1D(4, 1)(q), v]), L.Attention()([q, L.Conv1D(4, 1)(v)])])
    several("attention with keys", ["words", "words", "words"], lambda q, v, k: L.GRU(3)(L.Attention(use_scale=True)([q, v, k])))
    several("attention additive", ["words", "words"], lambda q, v: L.AdditiveAttention()([q, v]))
    several("attention of joined", ["words", "words", "words"], lambda a, b, c: L.Attention()([L.Add()([a, b]), L.Concatenate(axis=1)([c, a])]))
    several("attention of joined beside", ["words", "signals"], lambda a, b: L.Attention()([L.Concatenate()([a, b]), L.Concatenate()([L.Conv1D(4, 1)(a), b])]))
    several("heads", ["words"], lambda x: L.MultiHeadAttention(2, 3)(x, x))
    several("heads of two", ["words", "words"], lambda q, v: L.MultiHeadAttention(2, 3)(q, v))
    several("heads with keys", ["words", "words", "words"], lambda q, v, k: L.MultiHeadAttention(2, 3)(q, v, key=k))
    several("heads with dropout", ["words", "words"], lambda q, v: L.MultiHeadAttention(2, 3, dropout=0.1)(q, v))
    several("heads causal", ["words"], lambda x: L.MultiHeadAttention(2, 3)(x, x, use_causal_mask=True))
    several("heads causal with dropout", ["words"], lambda x: L.MultiHeadAttention(2, 3, dropout=0.1)(x, x, use_causal_mask=True))
    several("heads, then an average", ["words"], lambda x: L.GlobalAveragePooling1D()(L.MultiHeadAttention(2, 3)(x, x)))

    def block(x, **options):
        x = L.LayerNormalization()(L.Add()([x, L.MultiHeadAttention(2, 3)(x, x, **options)]))
        return L.LayerNormalization()(L.Add()([x, L.Dense(4)(L.Dense(6, activation="relu")(x))]))

    several("heads beside each other", ["words"], lambda x: [L.MultiHeadAttention(2, 3)(x, x), L.MultiHeadAttention(2, 2)(x, x), L.Attention()([x, x])])
    several("heads beside another", ["words"], lambda x: [L.Attention()([x, x]), L.MultiHeadAttention(2, 2)(x, x)])
    several("heads beside a longer way", ["words"], lambda x: [L.MultiHeadAttention(2, 2)(x, x), L.Dense(3)(L.Dense(2)(L.Attention()([x, x])))])
    several("blocks", ["words"], lambda x: L.GlobalAveragePooling1D()(block(block(x))))
    several("blocks behind dropout", ["words"], lambda x: [block(L.Dropout(0.1)(x)), L.Attention()([x, x])])

    def decoder(x, y):
        x = block(x)
        for _ in range(2):
            y = L.Add()([y, L.MultiHeadAttention(2, 3)(y, y, use_causal_mask=True)])
            y = L.Add()([y, L.MultiHeadAttention(2, 3)(y, x)])
        return y

    several("decoder", ["words", "words"], decoder)

    def within(x):
        inner = keras.Sequential([L.Input((None, 4)), L.Dropout(0.1), L.Bidirectional(L.LSTM(3, return_sequences=True))])
        return L.GRU(3)(inner(x))

    several("a model within", ["words"], within)


def add(layers, refused, random):
    def named(name, make, value=0.0, only_keras=False):
        name = f"masked {name}"
        layers[name] = lambda: make()
        layers[name].given = lambda model: given(model, value, random)
        layers[name].only_keras = only_keras

    sequences(named)
    graphs(named)
    refused("masked each step recurrent", (4, 7, WIDTH), "inside of it, and a mask", lambda: L.Masking(), lambda: L.TimeDistributed(L.GRU(2)))
