"""Layers and networks of Keras with random weights, and what Keras itself predicts.

    python tests/keras/layers.py target/debug/edgelet FOLDER [NAME…]

Each is saved as NAME.keras and NAME.h5, and both go through `edgelet import` and `edgelet predict`. Single layers agree with Keras to 1e-6 of the
largest number of an output, networks to 1e-5. Prints a line for each that does not, and how many passed, were refused or were wrong.
"""

import os
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# The sums of XLA's own threads differ from run to run without it.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
# Every operation is compiled for its shapes and runs once: compiling is what takes the time.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true")

import keras
import masks
import numpy as np
from keras import layers as L

warnings.filterwarnings("ignore")
RANDOM = np.random.default_rng(11)

LAYERS, NETWORKS, REFUSED = {}, {}, {}


def sequence(name, shape, *made, dtype="float32", low=None, high=None):
    """A layer, or a few, on one input."""
    LAYERS[name] = lambda: keras.Sequential([L.Input(shape, name="x", dtype=dtype), *(make() for make in made)])
    LAYERS[name].bounds = (low, high)


def several(name, shapes, make):
    """A layer of several inputs."""

    def build():
        inputs = [L.Input(shape, name=f"x{i}") for i, shape in enumerate(shapes)]
        return keras.Model(inputs, make(*inputs))

    LAYERS[name] = build


def refused(name, shape, reason, *made, dtype="float32"):
    REFUSED[name] = (lambda: keras.Sequential([L.Input(shape, name="x", dtype=dtype), *(make() for make in made)]), reason)


def dense():
    sequence("dense", (7,), lambda: L.Dense(5))
    sequence("dense no bias", (7,), lambda: L.Dense(5, use_bias=False, activation="relu"))
    sequence("dense 3 dimensions", (4, 7), lambda: L.Dense(5, activation="tanh"))
    sequence("dense of whole numbers", (7,), lambda: L.Dense(5), dtype="int32", low=-9, high=9)
    sequence("einsum", (4, 6), lambda: L.EinsumDense("abc,cd->abd", output_shape=(None, 5), bias_axes="d"))
    sequence("einsum heads", (4, 6), lambda: L.EinsumDense("abc,cde->abde", output_shape=(None, 2, 3), bias_axes="de", activation="relu"))
    sequence("einsum over steps", (4, 6), lambda: L.EinsumDense("abc,bd->adc", output_shape=(5, 6), bias_axes="d"))
    sequence("embedding", (5,), lambda: L.Embedding(11, 6), dtype="int32", low=0, high=11)
    sequence("embedding of floats", (5,), lambda: L.Embedding(11, 6), low=0, high=10)
    sequence("embedding masked without use", (5,), lambda: L.Embedding(11, 6, mask_zero=True), L.Flatten, lambda: L.Dense(3), dtype="int32", low=0, high=11)


def convolutions():
    for padding in ("valid", "same"):
        for stride, dilation in [(1, 1), (2, 1), (3, 1), (1, 2)]:
            name = f"{padding} stride {stride} dilation {dilation}"
            options = {"padding": padding, "strides": stride}
            wide = {**options, "dilation_rate": dilation}
            sequence(f"conv2d {name}", (11, 12, 3), lambda w=wide: L.Conv2D(4, 3, **w))
            sequence(f"conv1d {name}", (13, 3), lambda w=wide: L.Conv1D(4, 4, **w))
            sequence(f"depthwise2d {name}", (11, 12, 3), lambda w=wide: L.DepthwiseConv2D(3, depth_multiplier=2, **w))
            if dilation == 1:
                sequence(f"transpose2d {name}", (5, 6, 3), lambda o=options: L.Conv2DTranspose(4, 3, **o))
                sequence(f"transpose1d {name}", (7, 3), lambda o=options: L.Conv1DTranspose(4, 2, **o))
                sequence(f"separable2d {name}", (11, 12, 3), lambda o=options: L.SeparableConv2D(5, 3, depth_multiplier=2, **o))
                sequence(f"separable1d {name}", (11, 3), lambda o=options: L.SeparableConv1D(5, 3, **o))
                sequence(f"depthwise1d {name}", (11, 3), lambda o=options: L.DepthwiseConv1D(3, **o))
    sequence("conv2d free size", (None, None, 3), lambda: L.Conv2D(4, (3, 2), padding="same", strides=2, activation="relu"))
    sequence("conv2d groups", (8, 8, 6), lambda: L.Conv2D(9, 3, groups=3))
    sequence("conv2d even kernel", (8, 9, 2), lambda: L.Conv2D(3, (4, 2), padding="same", use_bias=False))
    sequence("conv1d causal", (9, 3), lambda: L.Conv1D(4, 3, padding="causal", dilation_rate=2))
    sequence("conv1d causal stride", (9, 3), lambda: L.Conv1D(4, 3, padding="causal", strides=2))
    sequence("conv3d", (5, 6, 7, 2), lambda: L.Conv3D(3, (2, 3, 2), padding="same", strides=(1, 2, 1)))
    sequence("transpose3d", (3, 4, 3, 2), lambda: L.Conv3DTranspose(3, 3, padding="same", strides=2))
    sequence("transpose2d large stride", (4, 4, 2), lambda: L.Conv2DTranspose(3, 2, strides=3))
    sequence("transpose2d large stride same", (4, 4, 2), lambda: L.Conv2DTranspose(3, 2, strides=3, padding="same"))
    sequence("transpose2d even", (4, 5, 2), lambda: L.Conv2DTranspose(3, 4, strides=2, padding="same"))
    sequence("transpose2d dilation", (6, 6, 2), lambda: L.Conv2DTranspose(3, 3, dilation_rate=2, padding="same"))


def pools():
    for kind in ("Max", "Average"):
        for padding in ("valid", "same"):
            for rank, shape in [(1, (9, 3)), (2, (9, 10, 3)), (3, (5, 6, 7, 2))]:
                layer = getattr(L, f"{kind}Pooling{rank}D")
                sequence(f"{kind} {rank}d {padding}", shape, lambda l=layer, p=padding: l(2, padding=p))
                sequence(f"{kind} {rank}d {padding} 3 by 2", shape, lambda l=layer, p=padding: l(3, strides=2, padding=p))
        for rank, shape in [(1, (9, 3)), (2, (9, None, 3)), (3, (5, 6, 7, 2))]:
            layer = getattr(L, f"Global{kind}Pooling{rank}D")
            sequence(f"global {kind} {rank}d", shape, layer)
            sequence(f"global {kind} {rank}d kept", shape, lambda l=layer: l(keepdims=True))


def activations():
    for name in "linear relu relu6 sigmoid tanh softmax softplus softsign elu selu gelu silu swish hard_sigmoid leaky_relu exponential mish hard_silu hard_swish log_softmax celu log_sigmoid hard_tanh tanh_shrink soft_shrink hard_shrink".split():
        sequence(f"activation {name}", (4, 9), lambda n=name: L.Activation(n), low=-8, high=8)
    sequence("softmax behind a convolution", (5, 5, 2), lambda: L.Conv2D(4, 2, activation="softmax"))
    for name, options in {"plain": {}, "most": {"max_value": 2.0}, "slope": {"negative_slope": 0.1, "max_value": 3.0}, "threshold": {"threshold": 1.0}, "both": {"threshold": 0.5, "max_value": 2.0}}.items():
        sequence(f"relu {name}", (20,), lambda o=options: L.ReLU(**o), low=-5, high=5)
    sequence("leaky relu", (20,), L.LeakyReLU, low=-5, high=5)
    sequence("elu", (20,), lambda: L.ELU(0.7), low=-5, high=5)
    sequence("prelu", (4, 5, 3), L.PReLU)
    sequence("prelu shared", (4, 5, 3), lambda: L.Conv2D(3, 1), lambda: L.PReLU(shared_axes=[1, 2]))
    sequence("softmax axis", (4, 5, 3), lambda: L.Softmax(axis=1))
    sequence("layer as an activation", (6,), lambda: L.Dense(4, activation=L.LeakyReLU(negative_slope=0.05)))


def normalizations():
    sequence("batch", (6,), L.BatchNormalization)
    sequence("batch image", (5, 6, 3), lambda: L.BatchNormalization(epsilon=1e-2))
    sequence("batch steps", (5, 3), lambda: L.BatchNormalization(scale=False))
    sequence("batch behind a convolution", (5, 6, 3), lambda: L.Conv2D(4, 2), lambda: L.BatchNormalization(center=False))
    sequence("layer", (5, 6), L.LayerNormalization)
    sequence("layer last two", (5, 6), lambda: L.LayerNormalization(axis=[1, 2], epsilon=1e-5))
    sequence("layer plain", (5, 6), lambda: L.LayerNormalization(scale=False, center=False))
    sequence("layer behind a convolution", (5, 6, 3), lambda: L.Conv2D(4, 2), L.LayerNormalization)
    sequence("rms", (5, 6), L.RMSNormalization)
    sequence("group", (5, 6, 8), lambda: L.GroupNormalization(4))
    sequence("group each", (5, 8), lambda: L.GroupNormalization(-1))
    sequence("group all", (5, 6, 4), lambda: L.GroupNormalization(1, scale=False))
    sequence("normalization given", (6,), lambda: L.Normalization(mean=[1.0, 2, 3, 4, 5, 6], variance=[1.0, 4, 2, 0, 3, 1]))
    sequence("normalization one", (6, 2), lambda: L.Normalization(axis=None, mean=2.5, variance=3.0))
    sequence("normalization back", (6,), lambda: L.Normalization(mean=1.5, variance=2.0, invert=True))

    def adapted(**options):
        layer = L.Normalization(**options)
        layer.adapt(RANDOM.normal(3, 2, (40, 5, 3)).astype("float32"))
        return layer

    sequence("normalization adapted", (5, 3), adapted)
    sequence("normalization adapted to two", (5, 3), lambda: adapted(axis=(1, 2)))


def shapes():
    sequence("flatten", (3, 4, 2), L.Flatten)
    sequence("flatten behind a convolution", (5, 4, 2), lambda: L.Conv2D(3, 2), L.Flatten)
    sequence("reshape", (3, 8), lambda: L.Reshape((4, 6)))
    sequence("reshape rest", (3, 8), lambda: L.Reshape((-1, 2, 3)))
    sequence("reshape behind a convolution", (5, 4, 2), lambda: L.Conv2D(3, 2), lambda: L.Reshape((-1, 3)))
    sequence("permute", (3, 4, 2), lambda: L.Permute((3, 1, 2)))
    sequence("permute behind a convolution", (5, 4, 2), lambda: L.Conv2D(3, 2), lambda: L.Permute((3, 1, 2)))
    sequence("repeat", (5,), lambda: L.RepeatVector(4))
    sequence("crop 1d", (9, 2), lambda: L.Cropping1D((1, 3)))
    sequence("crop 2d", (9, 8, 2), lambda: L.Cropping2D(((1, 0), (2, 3))))
    sequence("crop 2d free", (None, None, 2), lambda: L.Cropping2D((1, 2)))
    sequence("crop 3d", (6, 7, 8, 2), lambda: L.Cropping3D(1))
    sequence("pad 1d", (5, 2), lambda: L.ZeroPadding1D((2, 1)))
    sequence("pad 1d both", (5, 2), lambda: L.ZeroPadding1D(2))
    sequence("pad 2d", (5, 4, 2), lambda: L.ZeroPadding2D(((1, 0), (2, 3))))
    sequence("pad 2d behind a convolution", (5, 4, 2), lambda: L.Conv2D(3, 2), lambda: L.ZeroPadding2D((1, 2)))
    sequence("pad 3d", (3, 4, 3, 2), lambda: L.ZeroPadding3D((1, 2, 0)))
    for name, layer in {"dropout": lambda: L.Dropout(0.5), "spatial dropout": lambda: L.SpatialDropout1D(0.5), "noise": lambda: L.GaussianNoise(1.0), "gaussian dropout": lambda: L.GaussianDropout(0.3), "alpha dropout": lambda: L.AlphaDropout(0.3), "regularization": lambda: L.ActivityRegularization(0.1), "identity": L.Identity}.items():
        sequence(name, (4, 3), layer)


def images():
    sequence("larger 1d", (5, 2), lambda: L.UpSampling1D(3))
    sequence("larger 2d", (5, 4, 2), lambda: L.UpSampling2D((2, 3)))
    sequence("larger 2d behind a convolution", (5, 4, 2), lambda: L.Conv2D(3, 2), lambda: L.UpSampling2D(2))
    sequence("larger 2d bilinear", (5, 4, 2), lambda: L.UpSampling2D((2, 3), interpolation="bilinear"))
    sequence("larger 3d", (3, 2, 2, 2), lambda: L.UpSampling3D(2))
    sequence("rescaling", (5, 4, 3), lambda: L.Rescaling(1 / 127.5, offset=-1), low=0, high=255)
    sequence("rescaling of bytes", (5, 4, 3), lambda: L.Rescaling(1 / 255), dtype="uint8", low=0, high=255)
    sequence("rescaling channels", (5, 4, 3), lambda: L.Rescaling([0.1, 0.2, 0.3], offset=[1.0, 2.0, 3.0]))
    for h, w in [(4, 9), (10, 3), (12, 16), (7, 7)]:
        sequence(f"resizing {h} {w}", (6, 8, 2), lambda h=h, w=w: L.Resizing(h, w))
        sequence(f"resizing {h} {w} nearest", (6, 8, 2), lambda h=h, w=w: L.Resizing(h, w, interpolation="nearest"))
    sequence("resizing free size", (None, None, 2), lambda: L.Resizing(5, 6))
    for name, layer in augmentations().items():
        sequence(name, (8, 9, 3), layer, low=0, high=255)
        # Keras cannot write these to HDF5.
        LAYERS[name].only_keras = name in ("random brightness", "random color degeneration", "random posterization", "random saturation", "random sharpness", "solarization")
    sequence("augmented bytes", (8, 9, 3), lambda: L.RandomFlip(), lambda: L.RandomRotation(0.1), lambda: L.Rescaling(1 / 255), dtype="uint8", low=0, high=255)
    for h, w in [(5, 6), (8, 9), (8, 2)]:
        sequence(f"center {h} {w}", (8, 9, 3), lambda h=h, w=w: L.CenterCrop(h, w))
    for mode in ("multi_hot", "count"):
        sequence(f"categories {mode}", (4,), lambda m=mode: L.CategoryEncoding(6, output_mode=m), dtype="int32", low=0, high=6)
    sequence("categories one_hot", (1,), lambda: L.CategoryEncoding(6, output_mode="one_hot"), dtype="int32", low=0, high=6)
    sequence("bins", (4,), lambda: L.Discretization([-1.0, 0.0, 0.5]))


def augmentations():
    """What changes pictures while a network is trained, and nothing afterwards."""
    return {
        "mixed augmentations": lambda: L.AugMix((0, 255)),
        "cut mix": L.CutMix,
        "mix up": L.MixUp,
        "rand augment": L.RandAugment,
        "random brightness": lambda: L.RandomBrightness(0.3),
        "random color degeneration": lambda: L.RandomColorDegeneration(0.3),
        "random color jitter": lambda: L.RandomColorJitter((0, 255), brightness_factor=0.2),
        "random contrast": lambda: L.RandomContrast(0.3),
        "random elastic transform": L.RandomElasticTransform,
        "random erasing": L.RandomErasing,
        "random flip": lambda: L.RandomFlip("horizontal", seed=3),
        "random gaussian blur": L.RandomGaussianBlur,
        "random grayscale": L.RandomGrayscale,
        "random hue": lambda: L.RandomHue(0.3, (0, 255)),
        "random invert": L.RandomInvert,
        "random perspective": L.RandomPerspective,
        "random posterization": lambda: L.RandomPosterization(4),
        "random rotation": lambda: L.RandomRotation(0.2, fill_mode="nearest"),
        "random saturation": lambda: L.RandomSaturation(0.3),
        "random sharpness": lambda: L.RandomSharpness(0.3, (0, 255)),
        "random shear": lambda: L.RandomShear(0.2, 0.2),
        "random translation": lambda: L.RandomTranslation(0.1, (-0.2, 0.2)),
        "random zoom": lambda: L.RandomZoom(0.2),
        "solarization": L.Solarization,
    }


def merges():
    for name in ("Add", "Average", "Maximum", "Minimum", "Multiply"):
        several(name, [(4, 5), (4, 5), (4, 5)], lambda *x, n=name: getattr(L, n)()(list(x)))
    several("Subtract", [(4, 5), (4, 5)], lambda a, b: L.Subtract()([a, b]))
    several("Add broadcast", [(4, 5, 3), (1, 1, 3)], lambda a, b: L.Add()([a, b]))
    several("Multiply of ranks", [(4, 3), (3,)], lambda a, b: L.Multiply()([a, b]))
    several("Multiply beside convolutions", [(4, 5, 3), (2,)], lambda a, b: L.Multiply()([L.Conv2D(2, 2)(a), L.Reshape((1, 1, 2))(b)]))
    several("Concatenate", [(4, 5), (4, 2)], lambda a, b: L.Concatenate()([a, b]))
    several("Concatenate axis", [(4, 5), (2, 5)], lambda a, b: L.Concatenate(axis=1)([a, b]))
    several("Concatenate convolutions", [(4, 5, 2), (4, 5, 3)], lambda a, b: L.Concatenate()([L.Conv2D(2, 2)(a), L.Conv2D(4, 2)(b)]))
    several("Concatenate mixed", [(4, 5, 2), (4, 5, 3)], lambda a, b: L.Concatenate(axis=2)([L.Conv2D(3, 1)(a), b]))
    several("Dot", [(5,), (5,)], lambda a, b: L.Dot(1)([a, b]))
    several("Dot matrices", [(4, 5), (5, 3)], lambda a, b: L.Dot((2, 1))([a, b]))
    several("Dot of ranks", [(4, 5), (4,)], lambda a, b: L.Dot(1)([a, b]))
    several("Dot last", [(4, 5), (3, 5)], lambda a, b: L.Dot(-1)([a, b]))
    several("operations", [(4, 5), (4, 5)], lambda a, b: (2 * a - b / 3 + 1) * (1 - b))
    several("functions", [(4, 5)], lambda a: keras.ops.tanh(keras.ops.exp(a)) + keras.ops.relu(a))


def recurrents():
    for cell in ("SimpleRNN", "LSTM", "GRU"):
        layer = getattr(L, cell)
        for name, options in {"last": {}, "all": {"return_sequences": True}, "back": {"go_backwards": True}, "back all": {"go_backwards": True, "return_sequences": True}, "no bias": {"use_bias": False}, "relu": {"activation": "relu"}}.items():
            sequence(f"{cell} {name}", (6, 3), lambda l=layer, o=options: l(4, **o))
        several(f"{cell} state", [(None, 3)], lambda x, l=layer: list(l(4, return_state=True, return_sequences=True)(x)))
        states = 2 if cell == "LSTM" else 1
        several(f"{cell} initial", [(6, 3)] + [(4,)] * states, lambda x, *s, l=layer: l(4)(x, initial_state=list(s)))
        for mode in ("concat", "sum", "mul", "ave"):
            for all_steps in (False, True):
                sequence(f"both {cell} {mode} {all_steps}", (6, 3), lambda l=layer, m=mode, a=all_steps: L.Bidirectional(l(4, return_sequences=a), merge_mode=m))
    sequence("GRU before", (6, 3), lambda: L.GRU(4, reset_after=False))
    sequence("GRU before no bias", (6, 3), lambda: L.GRU(4, reset_after=False, use_bias=False, recurrent_activation="hard_sigmoid"))
    several("both LSTM apart", [(6, 3)], lambda x: list(L.Bidirectional(L.LSTM(4, return_sequences=True), merge_mode=None)(x)))
    several("both LSTM state", [(6, 3)], lambda x: list(L.Bidirectional(L.LSTM(4, return_state=True))(x)))
    several("both GRU initial", [(6, 3), (4,), (4,)], lambda x, a, b: L.Bidirectional(L.GRU(4))(x, initial_state=[a, b]))
    several("both of two kinds", [(6, 3)], lambda x: L.Bidirectional(L.LSTM(4), backward_layer=L.GRU(4, go_backwards=True))(x))
    sequence("each step dense", (6, 3), lambda: L.TimeDistributed(L.Dense(4, activation="relu")))
    sequence("each step convolution", (3, 6, 5, 2), lambda: L.TimeDistributed(L.Conv2D(4, 2, padding="same")))
    sequence("each step of a free number", (None, 4, 2), lambda: L.TimeDistributed(L.Flatten()))


def attentions():
    several("attention", [(5, 4), (6, 4)], lambda q, v: L.Attention()([q, v]))
    several("attention scaled", [(5, 4), (6, 3), (6, 4)], lambda q, v, k: L.Attention(use_scale=True)([q, v, k]))
    several("attention additive", [(5, 4), (6, 4)], lambda q, v: L.AdditiveAttention()([q, v]))
    several("heads", [(5, 6), (7, 6)], lambda q, v: L.MultiHeadAttention(2, 3)(q, v))
    several("heads of one", [(None, 6)], lambda x: L.MultiHeadAttention(3, 4, output_shape=8)(x, x))
    several("heads with keys", [(5, 6), (7, 4), (7, 3)], lambda q, v, k: L.MultiHeadAttention(2, 3, use_bias=False)(q, v, key=k))
    several("heads causal", [(5, 6)], lambda x: L.MultiHeadAttention(2, 3)(x, x, use_causal_mask=True))


def network(make):
    NETWORKS[make.__name__] = make
    return make


@network
def digits():
    """A classifier of small images, with batch normalization and same padding."""
    x = [L.Input((28, 28, 1), name="image"), L.Rescaling(1 / 255)]
    for filters, stride in [(8, 1), (16, 2), (16, 2)]:
        x += [L.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False), L.BatchNormalization(), L.ReLU(), L.MaxPooling2D(2, padding="same")]
    return keras.Sequential([*x, L.Flatten(), L.Dropout(0.3), L.Dense(32, activation="relu"), L.Dense(10, activation="softmax")])


@network
def branches():
    """Branches, shared layers, models in models, several inputs and outputs."""
    a, b = L.Input((12,), name="left"), L.Input((12,), name="right")
    inner = keras.Sequential([L.Dense(9, activation="relu"), L.BatchNormalization(), L.Dense(7)], name="tower")
    p = L.Input((7,))
    head = keras.Model(p, [L.Dense(3, activation="softmax")(p), L.Dense(2)(L.Dense(4, activation="gelu")(p))], name="head")
    left, right = inner(a), inner(b)
    x = L.Concatenate()([left, right, L.Subtract()([left, right])])
    x = L.Dense(7, activation="selu")(x)
    first, second = head(x)
    third, _ = head(left * 0.5 + right)
    return keras.Model([a, b], [first, second, third])


@network
def texts():
    """A classifier of texts."""
    x = [L.Input((None,), dtype="int32", name="tokens"), L.Embedding(50, 12), L.Conv1D(16, 3, padding="causal", activation="relu")]
    return keras.Sequential([*x, L.Bidirectional(L.LSTM(10, return_sequences=True)), L.GRU(8), L.Dense(4, activation="softmax")])


@network
def encoder():
    """A transformer's encoder."""
    tokens = L.Input((16,), dtype="int32", name="tokens")
    x = L.Embedding(60, 24)(tokens)
    for _ in range(2):
        x = L.LayerNormalization(epsilon=1e-6)(L.Add()([x, L.MultiHeadAttention(4, 6)(x, x)]))
        y = L.Dense(24)(L.Dropout(0.1)(L.Dense(48, activation="gelu")(x)))
        x = L.LayerNormalization(epsilon=1e-6)(L.Add()([x, y]))
    return keras.Model(tokens, L.Dense(5, activation="softmax")(L.GlobalAveragePooling1D()(x)))


@network
def translator():
    """An encoder whose states a decoder begins with."""
    source, target = L.Input((None, 7), name="source"), L.Input((None, 5), name="target")
    _, h, c = L.LSTM(9, return_state=True)(source)
    y = L.LSTM(9, return_sequences=True)(target, initial_state=[h, c])
    return keras.Model([source, target], L.TimeDistributed(L.Dense(5, activation="softmax"))(y))


@network
def segmentation():
    """Down and up again, with what was before beside it."""
    image = L.Input((32, 32, 3), name="image")
    a = L.Conv2D(8, 3, padding="same", activation="relu")(image)
    b = L.Conv2D(12, 3, padding="same", activation="relu")(L.MaxPooling2D()(a))
    c = L.SeparableConv2D(16, 3, padding="same", activation="swish")(L.AveragePooling2D(2)(b))
    x = L.Concatenate()([L.Conv2DTranspose(12, 3, strides=2, padding="same")(c), b])
    x = L.Concatenate()([L.UpSampling2D(interpolation="bilinear")(L.GroupNormalization(4)(x)), a])
    return keras.Model(image, L.Conv2D(2, 1, activation="softmax")(L.PReLU(shared_axes=[1, 2])(x)))


@network
def squeeze():
    """MobileNetV3's squeeze and excite."""
    image = L.Input((None, None, 3), name="image")
    x = L.Conv2D(8, 3, strides=2, padding="same", activation="hard_swish")(image)
    y = L.DepthwiseConv2D(3, padding="same")(L.ZeroPadding2D(((0, 1), (0, 1)))(x))
    y = L.Cropping2D(((0, 1), (0, 1)))(L.BatchNormalization()(y))
    s = L.GlobalAveragePooling2D(keepdims=True)(y)
    s = L.Conv2D(8, 1, activation="hard_sigmoid")(L.Conv2D(4, 1, activation="relu")(s))
    return keras.Model(image, L.GlobalMaxPooling2D()(L.Add()([x, L.Multiply()([y, s])])))


@network
def mobilenet():
    return keras.applications.MobileNetV2(weights=None, input_shape=(96, 96, 3), classes=20)


def refusals():
    refused("lambda", (3,), "a Lambda layer", lambda: L.Lambda(lambda x: x + 1))
    refused("stateful", (5, 3), "stateful", lambda: L.LSTM(4, stateful=False), lambda: L.Reshape((2, 2)), lambda: L.Lambda(abs))
    refused("masked softmax", (5,), "a mask of steps", lambda: L.Embedding(9, 1, mask_zero=True), L.Softmax, dtype="int32")
    refused("float16", (3,), "mixed_float16", lambda: L.Dense(2, dtype="mixed_float16"))
    refused("bfloat16", (3,), "mixed_bfloat16", lambda: L.Dense(2, dtype="mixed_bfloat16"))
    refused("channels first", (3, 8, 8), "data_format", lambda: L.Flatten(data_format="channels_first"))
    refused("bicubic", (4, 4, 1), "interpolation", lambda: L.UpSampling2D(2, interpolation="bicubic"))
    refused("axis", (4, 4, 3), "an axis other than the last", lambda: L.BatchNormalization(axis=1))
    refused("random crop", (8, 9, 3), "the layer RandomCrop", lambda: L.RandomCrop(4, 5))
    refused("center of smaller images", (8, 9, 3), "a height of 10 of images with 8", lambda: L.CenterCrop(10, 5))
    refused("unknown", (3,), "the layer UnitNormalization", L.UnitNormalization)

    @keras.saving.register_keras_serializable(package="mine")
    class Own(L.Layer):
        def call(self, x):
            return x * 2

    @keras.saving.register_keras_serializable(package="mine")
    def twice(x):
        return x * 2

    refused("own layer", (3,), "Own", Own)
    refused("own function", (3,), "of the user's own", lambda: L.Dense(2, activation=twice))


def random_weights(model):
    """Weights that make a difference; variances and scales are positive."""
    for variable in model.variables:
        if "seed" in variable.path or "count" in variable.path or variable.dtype.startswith(("int", "uint")):
            continue
        fan = max(1, int(np.prod(variable.shape[:-1]))) if len(variable.shape) > 1 else 1
        value = RANDOM.normal(size=variable.shape) * (1.2 / np.sqrt(fan) if len(variable.shape) > 1 else 0.3)
        if "variance" in variable.path or "gamma" in variable.path:
            value = 0.5 + np.abs(value)
        if "normalization/mean" in variable.path or "normalization/variance" in variable.path:
            continue
        variable.assign(value.astype("float32"))


def example(model, bounds=(None, None), rows=3):
    given = {}
    for tensor in model.inputs:
        free = iter([7, 9, 8])
        shape = [rows, *(length or next(free) for length in tensor.shape[1:])]
        low, high = bounds
        if low is None:
            value = RANDOM.integers(0, 50, shape) if "int" in tensor.dtype else RANDOM.normal(size=shape)
        else:
            value = RANDOM.integers(low, high, shape) if "int" in tensor.dtype else RANDOM.uniform(low, high, shape)
        given[tensor._keras_history.operation.name] = value.astype(tensor.dtype)
    return given


def run(*command):
    return subprocess.run(list(map(str, command)), capture_output=True, text=True)


def difference(found, expected):
    """How far off, of the largest number; where one is NaN the other has to be."""
    absent = np.isnan(expected)
    if not np.array_equal(np.isnan(found), absent):
        return np.inf
    found, expected = np.where(absent, 0, found).astype(np.float64), np.where(absent, 0, expected)
    return float(np.abs(found - expected).max(initial=0) / max(np.abs(expected).max(initial=0), 1e-30))


class Table:
    """How many passed, were refused and were wrong."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.passed, self.refused, self.wrong, self.worst = 0, 0, [], {}

    def compare(self, name, model, given, tolerance, only_keras):
        # Layer by layer: what is compiled as a whole takes longer than it runs.
        tensors = [keras.ops.convert_to_tensor(x) for x in given.values()]
        expected = model(tensors if len(tensors) > 1 else tensors[0], training=False)
        expected = [keras.ops.convert_to_numpy(x) for x in keras.tree.flatten(expected)]
        inputs, made, network = (self.folder / file for file in ("in.npz", "made.npz", "made.edgelet"))
        np.savez(inputs, **given)
        for end in ("keras", "h5"):
            path = self.folder / f"{name.replace(' ', '_')}.{end}"
            if end == "h5" and (only_keras or name in ("operations", "functions", "branches")):
                # Keras itself cannot read these again: operations have no module there.
                continue
            model.save(path)
            written = run(self.program, "import", path, "-o", network, "--quiet")
            if written.returncode:
                self.fail(name, end, written.stderr.strip())
                continue
            predicted = run(self.program, "predict", network, inputs, "-o", made)
            if predicted.returncode:
                self.fail(name, end, predicted.stderr.strip())
                continue
            with np.load(made) as found:
                found = [found[key] for key in found.files]
            if [x.shape for x in found] != [x.shape for x in expected]:
                self.fail(name, end, f"{[x.shape for x in found]} instead of {[x.shape for x in expected]}")
                continue
            off = max(map(difference, found, expected))
            self.worst[name] = max(off, self.worst.get(name, 0))
            if off <= tolerance:
                self.passed += 1
            else:
                self.fail(name, end, f"off by {off:.1e} of the largest")

    def refuse(self, name, model, reason):
        for end in ("keras", "h5"):
            path = self.folder / f"{name.replace(' ', '_')}.{end}"
            model.save(path)
            written = run(self.program, "import", path, "-o", self.folder / "made.edgelet", "--quiet")
            if written.returncode and reason in written.stderr:
                self.refused += 1
            else:
                self.fail(name, end, f"not refused for {reason!r}: {written.stderr.strip()}")

    def fail(self, name, end, why):
        self.wrong.append(name)
        print(f"{name}.{end}: {why}")


def main():
    program, folder, names = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
    folder.mkdir(parents=True, exist_ok=True)
    for family in (dense, convolutions, pools, activations, normalizations, shapes, images, merges, recurrents, attentions, refusals):
        family()
    masks.add(LAYERS, refused, RANDOM)
    table = Table(program, folder)
    wanted = lambda name: not names or name in names
    for kind, tolerance in ((LAYERS, 1e-6), (NETWORKS, 1e-5)):
        for name, make in kind.items():
            if wanted(name):
                keras.utils.set_random_seed(3)
                model = make()
                random_weights(model)
                given = make.given(model) if hasattr(make, "given") else example(model, getattr(make, "bounds", (None, None)))
                table.compare(name, model, given, tolerance, getattr(make, "only_keras", False))
                keras.backend.clear_session()
    for name, (make, reason) in REFUSED.items():
        if wanted(name):
            table.refuse(name, make(), reason)
    for name in NETWORKS:
        if name in table.worst:
            print(f"{name:14} off by {table.worst[name]:.1e} of the largest")
    layers = {name: off for name, off in table.worst.items() if name not in NETWORKS}
    if layers:
        worst = max(layers, key=layers.get)
        print(f"layers         off by {layers[worst]:.1e} at most ({worst})")
    print(f"{table.passed} passed, {table.refused} refused as they should be, {len(table.wrong)} wrong ({keras.backend.backend()})")
    sys.exit(1 if table.wrong else 0)


if __name__ == "__main__":
    main()
