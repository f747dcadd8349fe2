"""Writes tests/fixtures/tflite: families of operators and whole networks, as TensorFlow's converter makes them. Needs TensorFlow,
so it is run by hand:

    pip install tensorflow-cpu==2.21.* && python tests/tflite/make.py [NAME…]

A family is one file with an output for each operator. `NAME.tflite` is in float32; `NAME-half`, `NAME-mixed` and `NAME-whole` have weights
of float16, weights of int8, and int8 throughout; `-bytes` goes in and comes out as uint8, `-older` is in uint8 throughout, as
TensorFlow 1 wrote it, and `-named` has operators that other converters write.
"""

import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"

import flatbuffers
import keras
import numpy as np
import tensorflow as tf
from keras import layers as L
from tensorflow.lite.python import schema_py_generated as schema

FOLDER = Path(__file__).parent.parent / "fixtures/tflite"
RANDOM = np.random.default_rng(7)
FAMILIES = {}


def family(*shapes, kinds=("",), dtypes=None, low=-1.0, high=1.0):
    """A function of tensors that returns what comes out by its name."""

    def add(make):
        names = dtypes or ["float32"] * len(shapes)
        FAMILIES[make.__name__] = (make, [tf.TensorSpec(shape, dtype, name=f"x{i}") for i, (shape, dtype) in enumerate(zip(shapes, names))], kinds, low, high)
        return make

    return add


def constant(*shape, scale=1.0, dtype="float32"):
    return tf.constant((RANDOM.normal(size=shape) * scale).astype(dtype))


@family([None, 6, 5], kinds=("", "whole"), low=-4.0, high=4.0)
def activations(x):
    return {
        "relu": tf.nn.relu(x), "relu6": tf.nn.relu6(x), "elu": tf.nn.elu(x), "tanh": tf.tanh(x), "sigmoid": tf.sigmoid(x),
        "softmax": tf.nn.softmax(x), "log_softmax": tf.nn.log_softmax(x), "leaky": tf.nn.leaky_relu(x, 0.3),
        "hard_swish": x * tf.nn.relu6(x + 3.0) * (1 / 6), "prelu": tf.nn.relu(x) + constant(1, 5) * tf.minimum(x, 0.0),
        "unit": tf.nn.l2_normalize(x, -1),
        "between": tf.clip_by_value(x, -1.0, 1.0), "positive": tf.minimum(tf.nn.relu(x), 1.0), "swish": tf.nn.silu(x),
    }  # fmt: skip


@family([None, 6, 5], kinds=("", "whole"), low=-4.0, high=4.0)
def gelus(x):
    return {"gelu": keras.activations.gelu(x, approximate=False), "gelu_tanh": keras.activations.gelu(x + 0.5, approximate=True)}


@family([None, 4, 5])
def functions(x):
    p = tf.abs(x) + 0.25
    return {
        "abs": tf.abs(x), "neg": -x, "exp": tf.exp(x), "log": tf.math.log(p), "sqrt": tf.sqrt(p), "rsqrt": tf.math.rsqrt(p), "square": tf.square(x),
        "sin": tf.sin(x), "cos": tf.cos(x), "floor": tf.floor(x * 3), "ceil": tf.math.ceil(x * 3), "round": tf.round(x * 3), "sign": tf.sign(x),
    }  # fmt: skip


@family([None, 4, 5], [4, 5], kinds=("", "whole"))
def arithmetic(x, y):
    p = tf.abs(y) + 0.5
    return {
        "add": x + y, "sub": x - y, "mul": x * y, "maximum": tf.maximum(x, y), "minimum": tf.minimum(x, y),
        "difference": tf.math.squared_difference(x, y), "fused": tf.nn.relu(x + y), "fused6": tf.nn.relu6(x * 9.0), "by_constant": x * constant(5),
        "div": x / p,
    }  # fmt: skip


@family([None, 4, 5], [4, 5])
def powers(x, y):
    p = tf.abs(y) + 0.5
    return {"pow": tf.pow(p, x), "floor_div": tf.math.floordiv(x, p), "floor_mod": tf.math.floormod(x, p), "sum": tf.add_n([x, x + y, x - y])}


@family([None, 6], [6], dtypes=["int32", "int32"], low=-9, high=9)
def numbers(x, y):
    y = tf.where(y == 0, 1, y)
    return {
        "add": x + y, "sub": x - y, "mul": x * y, "floor_div": x // y, "floor_mod": x % y, "maximum": tf.maximum(x, y), "neg": -x, "abs": tf.abs(x),
        "sum": tf.reduce_sum(x, 1), "largest": tf.reduce_max(x, 0), "product": tf.reduce_prod(y), "float": tf.cast(x, tf.float32) * 0.5,
        "cumsum": tf.cumsum(x, 1), "backwards": tf.cumsum(x, 1, exclusive=True, reverse=True), "one_hot": tf.one_hot(x, 7, on_value=2.0, off_value=-1.0),
        "one_hot_first": tf.one_hot(y, 3, axis=0), "long": tf.cast(x, tf.int64) + 1,
    }  # fmt: skip


@family([None, 5], [None, 5])
def comparisons(x, y):
    a, b = x > 0.0, y > 0.0
    return {
        "less": x < y, "less_equal": x <= y, "greater": x > y, "greater_equal": x >= y, "equal": tf.sign(x) == tf.sign(y), "not_equal": tf.sign(x) != tf.sign(y),
        "and": a & b, "or": a | b, "not": tf.logical_not(a & b), "any": tf.reduce_any(a, 1), "all": tf.reduce_all(a, 0), "select": tf.where(a, x, y),
        "select_first": tf.raw_ops.Select(condition=x[:, 0] > 0.0, x=x, y=y), "select_row": tf.where(x[:1] > 0, x, 0.0), "where": tf.where(a), "truth": tf.cast(a, tf.float32),
    }  # fmt: skip


def kernel(*shape):
    return constant(*shape, scale=0.3)


@family([None, 11, 12, 4], kinds=("", "whole", "mixed", "half"))
def convolutions(x):
    made = {}
    for padding in ("SAME", "VALID"):
        for stride in (1, 2, 3):
            end = f"{padding.lower()}_{stride}"
            made[f"conv_{end}"] = tf.nn.bias_add(tf.nn.conv2d(x, kernel(3, 3, 4, 6), stride, padding), constant(6))
            made[f"depthwise_{end}"] = tf.nn.depthwise_conv2d(x, kernel(3, 3, 4, 2), [1, stride, stride, 1], padding)
    made["narrow"] = tf.nn.relu(tf.nn.conv2d(x, kernel(1, 4, 4, 3), [1, 2, 1, 1], "SAME"))
    made["point"] = tf.nn.relu6(tf.nn.conv2d(x, 9 * kernel(1, 1, 4, 8), 1, "VALID"))
    made["dilated"] = tf.nn.conv2d(x, kernel(3, 3, 4, 5), 1, "SAME", dilations=2)
    made["grouped"] = tf.nn.conv2d(x, kernel(3, 3, 2, 6), 1, "SAME")
    # Large enough for the converter to make their weights smaller.
    made["large"] = tf.nn.conv2d(x, kernel(3, 3, 4, 32), 2, "SAME") + constant(32)
    made["large_depthwise"] = tf.nn.depthwise_conv2d(x, kernel(3, 3, 4, 32), [1, 3, 3, 1], "SAME")
    made["after"] = tf.nn.conv2d(tf.nn.relu(made["conv_same_2"]) * constant(6) + constant(1, 1, 1, 6), kernel(3, 3, 6, 3), 1, "SAME")
    return made


@family([1, 5, 6, 3], kinds=("", "whole"))
def transposed(x):
    made = {}
    for stride, (same, valid) in {1: ((5, 6), (7, 8)), 2: ((10, 12), (11, 13)), 3: ((15, 18), (15, 18))}.items():
        made[f"same_{stride}"] = tf.nn.conv2d_transpose(x, kernel(3, 3, 4, 3), [1, *same, 4], stride, "SAME")
        made[f"valid_{stride}"] = tf.nn.conv2d_transpose(x, kernel(3, 3, 4, 3), [1, *valid, 4], stride, "VALID") + constant(4)
    made["odd"] = tf.nn.conv2d_transpose(x, kernel(3, 3, 4, 3), [1, 9, 11, 4], 2, "SAME")
    return made


@family([None, 5, 6, 4, 3])
def volumes(x):
    return {"same": tf.nn.conv3d(x, kernel(3, 2, 3, 3, 4), [1, 1, 1, 1, 1], "SAME"), "valid": tf.nn.conv3d(x, kernel(3, 3, 2, 3, 4), [1, 2, 1, 2, 1], "VALID") + constant(4)}


@family([None, 9, 10, 3], kinds=("", "whole"))
def pools(x):
    made = {}
    for padding in ("SAME", "VALID"):
        for size, stride in ((2, 2), (3, 2), (3, 1)):
            end = f"{padding.lower()}_{size}_{stride}"
            made[f"max_{end}"] = tf.nn.max_pool2d(x, size, stride, padding)
            made[f"average_{end}"] = tf.nn.avg_pool2d(x, size, stride, padding)
    return made


@family([None, 4, 6, 5], kinds=("", "whole"))
def reductions(x):
    return {
        "mean": tf.reduce_mean(x, [1, 2]), "mean_kept": tf.reduce_mean(x, [1, 2], keepdims=True), "mean_last": tf.reduce_mean(x, -1), "sum": tf.reduce_sum(x, [1]),
        "largest": tf.reduce_max(x, [2]), "least": tf.reduce_min(x, [1, 3]), "where": tf.argmax(x, -1), "where_least": tf.argmin(x, 1, output_type=tf.int32),
        "mean_all": tf.reduce_mean(x, [1, 2, 3]),
    }  # fmt: skip


@family([None, 4, 6])
def products_of_numbers(x):
    return {"product": tf.reduce_prod(x, 2), "cumsum": tf.cumsum(x, 1), "top": tf.math.top_k(x, 3)[0], "places": tf.math.top_k(x, 3)[1]}


@family([None, 4, 6], kinds=("", "whole"))
def shapes(x):
    return {
        "flat": tf.reshape(x, [-1, 24]), "free": tf.reshape(x, [tf.shape(x)[0], 2, 12]), "turned": tf.transpose(x, [2, 0, 1]), "squeezed": tf.squeeze(x[:, :1], 1),
        "expanded": tf.expand_dims(x, 2), "joined": tf.concat([x, x], 2), "packed": tf.stack([x, x], 1), "first": tf.unstack(x, axis=1)[2], "split": tf.split(x, 3, 2)[1],
        "parts": tf.split(x, [1, -1, 2], 2)[1], "tiled": tf.tile(x, [1, 2, 1]), "spread": tf.broadcast_to(x[:, :1], [tf.shape(x)[0], 4, 6]),
    }  # fmt: skip


@family([None, 4, 6])
def made_up(x):
    return {
        "shape": tf.shape(x), "long_shape": tf.shape(x, out_type=tf.int64), "range": tf.range(tf.shape(x)[0] * 3), "filled": tf.fill([tf.shape(x)[0], 2], 2.5),
        "zeros": tf.zeros_like(x) + 1.0, "scattered": tf.scatter_nd([[1], [3], [1]], x[0, :3], [5, 6]),
    }  # fmt: skip


@family([None, 5, 6, 3], kinds=("", "whole"))
def slices(x):
    return {
        "slice": tf.slice(x, [0, 1, 2, 0], [-1, 3, -1, 2]), "strided": x[:, 1:4:2, ::3], "backwards": x[:, ::-1, 4:1:-1], "one": x[:, 2, :, -1], "new": x[:, tf.newaxis, 1:],
        "ellipsis": x[..., 1:], "padded": tf.pad(x, [[0, 0], [1, 2], [0, 1], [0, 0]]), "mirrored": tf.pad(x, [[0, 0], [2, 1], [1, 1], [0, 0]], "REFLECT"), "reversed": tf.reverse(x, [1, 2]),
        "padded_after": tf.pad(tf.nn.max_pool2d(x, 2, 1, "VALID"), [[0, 0], [1, 0], [2, 1], [0, 1]]),
    }  # fmt: skip


@family([None, 5, 6])
def indices(x):
    return {
        "gather": tf.gather(x, [[1, 3], [0, 4]], axis=1), "gather_last": tf.gather(x, [5, 0, 2], axis=2), "gather_nd": tf.gather_nd(x[0], [[0, 1], [4, 5]]),
        "batches": tf.gather(x[:2], [[0, 1], [4, 2]], axis=1, batch_dims=1), "rows": tf.nn.embedding_lookup(constant(9, 4), [[1, 8], [0, 3]]) + tf.reduce_sum(x),
        "padded": tf.pad(x, [[0, 0], [1, 1], [0, 2]], constant_values=3.5), "sequence": tf.reverse_sequence(x[:2], [2, 4], seq_axis=1, batch_axis=0),
    }  # fmt: skip


@family([None, 5, 6, 3], kinds=("", "whole"))
def sizes(x):
    made = {}
    for name, (aligned, half) in {"plain": (False, False), "aligned": (True, False), "half": (False, True)}.items():
        for size in ((10, 12), (7, 4), (3, 1)):
            end = f"{name}_{size[0]}_{size[1]}"
            made[f"bilinear_{end}"] = tf.raw_ops.ResizeBilinear(images=x, size=size, align_corners=aligned, half_pixel_centers=half)
            made[f"nearest_{end}"] = tf.raw_ops.ResizeNearestNeighbor(images=x, size=size, align_corners=aligned, half_pixel_centers=half)
    return made


@family([None, 4, 6, 8], kinds=("", "whole"))
def blocks(x):
    return {
        "to_depth": tf.nn.space_to_depth(x, 2), "from_depth": tf.nn.depth_to_space(x, 2), "to_batch": tf.space_to_batch(x, [2, 3], [[1, 1], [0, 0]]),
        "from_batch": tf.batch_to_space(tf.space_to_batch(x, [2, 2], [[0, 0], [2, 0]]), [2, 2], [[1, 0], [0, 1]]),
    }  # fmt: skip


@family([None, 3, 8], [None, 8, 3], kinds=("", "whole", "mixed", "half"))
def products(x, y):
    w = kernel(8, 64)
    return {
        "dense": tf.nn.relu(tf.matmul(tf.reshape(x, [-1, 24]), kernel(24, 64)) + constant(64)), "kept": tf.matmul(x, w) + constant(64), "without": tf.matmul(x, w),
        "batches": tf.matmul(x, y), "turned": tf.matmul(x, x, transpose_b=True), "both": tf.matmul(y, x, transpose_a=True, transpose_b=True), "six": tf.nn.relu6(tf.matmul(x, 9 * w)),
    }  # fmt: skip


@family([None], [None, 1, 6], kinds=("named",), dtypes=["int32", "float32"], low=0, high=9)
def lookups(x, y):
    """What the converter of today calls otherwise: see `named`."""
    return {"rows": tf.gather(constant(9, 4), x), "squeezed": tf.reshape(y, [-1, 6]), "positive": tf.nn.relu(y)}


def network(*inputs, kinds=("",), low=-1.0, high=1.0):
    """A model of Keras with random weights."""

    def add(make):
        keras.utils.set_random_seed(3)
        model = make()
        for variable in model.weights:
            value = RANDOM.normal(size=variable.shape) * 0.4
            is_scale = any(word in variable.path for word in ("variance", "gamma"))
            variable.assign(np.abs(value) + 0.5 if is_scale else value)
        function = lambda *given: {"y": model(given[0] if len(given) == 1 else list(given), training=False)}
        FAMILIES[make.__name__] = (function, [tf.TensorSpec(shape, dtype, name=f"x{i}") for i, (shape, dtype) in enumerate(inputs)], kinds, low, high)
        return make

    return add


def build_networks():
    @network(([None, 28, 28, 1], "float32"), kinds=("", "whole", "mixed", "half", "bytes", "older"))
    def cnn():
        """Batch norms, depthwise convolutions, a residual, as in MobileNetV2."""
        x = inputs = L.Input((28, 28, 1))
        x = L.ReLU(6.0)(L.BatchNormalization()(L.Conv2D(8, 3, strides=2, padding="same", use_bias=False)(x)))
        for stride in (1, 2):
            y = L.ReLU(6.0)(L.BatchNormalization()(L.Conv2D(24, 1, use_bias=False)(x)))
            y = L.ReLU(6.0)(L.BatchNormalization()(L.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False)(y)))
            y = L.BatchNormalization()(L.Conv2D(8, 1, use_bias=False)(y))
            x = L.Add()([x, y]) if stride == 1 else y
        x = L.MaxPooling2D(2)(L.Conv2D(16, 3, activation="relu")(x))
        return keras.Model(inputs, L.Dense(10, activation="softmax")(L.GlobalAveragePooling2D()(x)))

    @network(([1, 16, 16, 3], "float32"), kinds=("", "whole"))
    def segments():
        """A small U-Net: what becomes smaller, larger, and is joined."""
        x = inputs = L.Input((16, 16, 3), batch_size=1)
        a = L.Conv2D(8, 3, padding="same", activation="relu")(x)
        b = L.Conv2D(12, 3, padding="same", activation="relu")(L.MaxPooling2D(2)(a))
        c = L.Conv2D(12, 3, padding="same", dilation_rate=2, activation="relu")(L.AveragePooling2D(2)(b))
        d = L.Concatenate()([L.UpSampling2D(interpolation="bilinear")(c), b])
        e = L.Concatenate()([L.Conv2DTranspose(8, 3, strides=2, padding="same")(L.PReLU(shared_axes=[1, 2])(d)), a])
        scale = L.Reshape((1, 1, 16))(L.Dense(16, activation="sigmoid")(L.GlobalAveragePooling2D()(e)))
        return keras.Model(inputs, L.Conv2D(4, 1)(e * scale))

    @network(([1, 6, 5], "float32"))
    def sequences():
        """A GRU unrolled, an LSTM."""
        x = inputs = L.Input((6, 5), batch_size=1)
        return keras.Model(inputs, L.Dense(3)(L.LSTM(4, unroll=True)(L.GRU(6, return_sequences=True, unroll=True)(x))))

    @network(([None, 9], "int32"), kinds=("", "mixed", "half"), low=0, high=50)
    def encoder():
        """A transformer's block over embeddings."""
        x = inputs = L.Input((9,), dtype="int32")
        x = L.Embedding(50, 32)(x)
        y = L.LayerNormalization()(x + L.MultiHeadAttention(4, 8)(x, x))
        z = L.Dense(32)(L.Dense(64, activation="gelu")(y))
        return keras.Model(inputs, L.Dense(5, activation="softmax")(L.GlobalAveragePooling1D()(L.LayerNormalization()(y + z))))


def lstm():
    """The LSTM that is one operator: the converter makes it of a layer that is a function."""
    import tf_keras

    tf_keras.utils.set_random_seed(3)
    model = tf_keras.Sequential([tf_keras.layers.Input((6, 5), batch_size=1), tf_keras.layers.LSTM(4, return_sequences=True)])
    model.set_weights([RANDOM.normal(size=weight.shape) * 0.5 for weight in model.get_weights()])
    function = tf.function(lambda x0: {"y": model(x0)})
    concrete = function.get_concrete_function(tf.TensorSpec([1, 6, 5], tf.float32, name="x0"))
    return tf.lite.TFLiteConverter.from_concrete_functions([concrete], model).convert()


def converted(function, specs, kind, low, high):
    given = lambda spec: RANDOM.uniform(low, high, [2 if length is None else length for length in spec.shape]).astype(spec.dtype.as_numpy_dtype)
    # Of several inputs the names tell which is which: the converter's order is its own.
    examples = lambda: [given(specs[0])] if len(specs) == 1 else {spec.name: given(spec) for spec in specs}
    concrete = tf.function(function).get_concrete_function(*specs)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete], tf.Module())
    if kind not in ("", "named"):
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if kind == "half":
        converter.target_spec.supported_types = [tf.float16]
    if kind in ("whole", "bytes", "older"):
        converter._experimental_disable_per_channel = kind == "older"
        converter.representative_dataset = lambda: (examples() for _ in range(40))
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        kinds = tf.uint8 if kind == "bytes" else tf.int8
        converter.inference_input_type = converter.inference_output_type = kinds
    after = {"older": older, "named": named}.get(kind, lambda file: file)
    return after(converter.convert())


def packed(model):
    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def named(file):
    """The same with operators that are written by other converters: EMBEDDING_LOOKUP for GATHER, SQUEEZE for RESHAPE, RELU_0_TO_1 for RELU."""
    model = schema.ModelT.InitFromPackedBuf(file, 0)
    for operator in model.subgraphs[0].operators:
        code = model.operatorCodes[operator.opcodeIndex]
        if code.builtinCode == schema.BuiltinOperator.GATHER:
            number, options = schema.BuiltinOperator.EMBEDDING_LOOKUP, None
            operator.inputs = [operator.inputs[1], operator.inputs[0]]
        elif code.builtinCode == schema.BuiltinOperator.RELU:
            number, options = schema.BuiltinOperator.RELU_0_TO_1, None
        elif code.builtinCode == schema.BuiltinOperator.RESHAPE:
            number, options = schema.BuiltinOperator.SQUEEZE, schema.SqueezeOptionsT()
            options.squeezeDims = [1]
            operator.inputs = operator.inputs[:1]
        else:
            continue
        code.builtinCode, code.deprecatedBuiltinCode = number, min(number, 127)
        code.version = 1
        operator.builtinOptionsType, operator.builtinOptions = (schema.BuiltinOptions.SqueezeOptions if options else 0), options
    return packed(model)


def older(file):
    """The same network with bytes from 0 on in place of those from -128 on."""
    model = schema.ModelT.InitFromPackedBuf(file, 0)
    buffers = {tensor.buffer for tensor in model.subgraphs[0].tensors if tensor.type == schema.TensorType.INT8}
    for buffer in buffers:
        data = model.buffers[buffer].data
        if data is not None:
            model.buffers[buffer].data = np.asarray(data, np.uint8) ^ 0x80
    for tensor in model.subgraphs[0].tensors:
        if tensor.type == schema.TensorType.INT8:
            tensor.type = schema.TensorType.UINT8
            tensor.quantization.zeroPoint = np.asarray(tensor.quantization.zeroPoint) + 128
    return packed(model)


def main(names):
    FOLDER.mkdir(parents=True, exist_ok=True)
    build_networks()
    for name, (function, specs, kinds, low, high) in FAMILIES.items():
        for kind in kinds:
            end = f"{name}-{kind}" if kind else name
            if names and name not in names and end not in names:
                continue
            try:
                file = converted(function, specs, kind, low, high)
            except Exception as error:
                print(end, "is not converted:", str(error)[:1000])
                continue
            (FOLDER / f"{end}.tflite").write_bytes(file)
            print(end, len(file))
    if not names or "lstm" in names:
        (FOLDER / "lstm.tflite").write_bytes(lstm())


if __name__ == "__main__":
    main(sys.argv[1:])
