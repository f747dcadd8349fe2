"""Pictures through `edgelet import --image` beside Pillow, and a small classifier of pictures beside onnxruntime.

    python tests/onnx/images.py target/debug/edgelet FOLDER

Each way of preprocessing goes into a network that gives back what it takes: the pixels are Pillow's to the last bit. Leaves in FOLDER what the
npm tests show to browsers: cat.png, its pixels in cat.rgba, classifier.edgelet, and ranked.json with the labels and scores of onnxruntime.
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper
from PIL import Image

RANDOM = np.random.default_rng(11)
FILTERS = ["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"]


def picture(height, width, channels=3):
    """Slopes, edges and noise: rounding shows on the first, ringing on the second."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [np.sin(x / (3 + i)) * np.cos(y / (7 - i)) * 90 + 128 + ((x // 9 + y // 5) % 2) * 60 for i in range(channels)]
    pixels = np.stack(planes, -1) + RANDOM.normal(0, 12, (height, width, channels))
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8).squeeze())


def mirror(path, shape, dtype=TensorProto.FLOAT):
    """A network that gives back what it takes."""
    ports = [[helper.make_tensor_value_info(name, dtype, shape)] for name in ("image", "same")]
    graph = helper.make_graph([helper.make_node("Identity", ["image"], ["same"])], "mirror", *ports)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10), path)


def shorter(image, side):
    """torchvision's size, and Hugging Face's `shortest_edge`."""
    width, height = image.size
    return (side, int(side * height / width)) if width <= height else (int(side * width / height), side)


def middle(image, height, width, before):
    """The middle: torchvision's CenterCrop rounds half to even, as Python does; Hugging Face's rounds down."""
    top, left = before((image.height - height) / 2), before((image.width - width) / 2)
    return image.crop((left, top, left + width, top + height))


def normal(image, scale=1 / 255, mean=0.0, deviation=1.0):
    pixels = np.asarray(image).astype(np.float64)
    return ((pixels * scale - np.array(mean)) / np.array(deviation)).astype(np.float32)


def ways():
    """What is asked of edgelet, the network's shape, and what Pillow makes of it, as height × width × colours or height × width."""
    torch = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    first = [1, 3, "h", "w"]
    for name in FILTERS:
        resample = getattr(Image.Resampling, name.upper())
        for height, width in [(13, 17), (40, 31), (97, 60), (7, 200)]:
            settings = ["raw", f"resize={height}x{width}", f"resample={name}"]
            yield settings, first, lambda image, size=(width, height), how=resample: normal(image.resize(size, how), 1)
    for side, crop in [(32, 28), (33, 28), (31, 28), (30, 21)]:
        settings = ["imagenet", f"resize={side}", f"crop={crop}"]
        yield settings, ["n", 3, crop, crop], lambda image, side=side, crop=crop: normal(
            middle(image.resize(shorter(image, side), Image.Resampling.BILINEAR), crop, crop, round), 1 / 255, *torch
        )
    gray = lambda image: image.convert("L")
    yield ["unit", "resize=8x8", "resample=box"], ["n", 8, 8], lambda image: normal(gray(image).resize((8, 8), Image.Resampling.BOX))
    yield ["tf"], ["n", 24, 20, 3], lambda image: normal(image.resize((20, 24), Image.Resampling.BILINEAR), 1 / 255, 0.5, 0.5)
    yield ["caffe"], [1, 24, 20, 3], lambda image: normal(
        Image.fromarray(np.asarray(image.resize((20, 24), Image.Resampling.BILINEAR))[..., ::-1].copy()), 1, [103.939, 116.779, 123.68]
    )
    yield ["unit", "colors=gray"], [1, "h", "w", 1], lambda image: normal(gray(image))[..., None]
    yield ["raw"], [3, "h", "w"], lambda image: normal(image, 1)


def processors():
    """The same of Hugging Face's settings."""
    vit = {
        "do_resize": True, "size": {"height": 24, "width": 24}, "resample": 2, "do_rescale": True, "rescale_factor": 1 / 255,
        "do_normalize": True, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5], "image_processor_type": "ViTImageProcessor",
    }
    yield vit, lambda image: normal(image.resize((24, 24), Image.Resampling.BILINEAR), 1 / 255, 0.5, 0.5)
    mean, std = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
    clip = {
        "do_resize": True, "size": {"shortest_edge": 27}, "resample": 3, "do_center_crop": True, "crop_size": {"height": 24, "width": 24},
        "do_normalize": True, "image_mean": mean, "image_std": std, "do_convert_rgb": True, "feature_extractor_type": "CLIPFeatureExtractor",
    }
    yield clip, lambda image: normal(middle(image.resize(shorter(image, 27), Image.Resampling.BICUBIC), 24, 24, int), 1 / 255, mean, std)


def run(*arguments):
    finished = subprocess.run(list(map(str, arguments)), capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def seen(program, folder, name, import_options, image):
    """What a network is given of a picture."""
    run(program, "import", folder / f"{name}.onnx", "-o", folder / f"{name}.edgelet", *import_options)
    image.save(folder / "seen.png")
    run(program, "predict", folder / f"{name}.edgelet", folder / "seen.png", "-o", folder / "seen.npy")
    return np.load(folder / "seen.npy")


def check_pixels(program, folder):
    count = 0
    for (preset, *settings), shape, expect in ways():
        mirror(folder / "mirror.onnx", shape)
        options = ["--image", preset, *(part for setting in settings for part in ("--image-set", setting))]
        for height, width in [(61, 83), (50, 37)]:
            image = picture(height, width)
            found, expected = seen(program, folder, "mirror", options, image), expect(image)
            is_first = shape[-1] not in (1, 3) and expected.ndim == 3
            expected = np.moveaxis(expected, -1, 0) if is_first else expected
            expected = expected if len(shape) == expected.ndim else expected[None]
            assert found.shape == expected.shape, (preset, settings, found.shape, expected.shape)
            assert np.array_equal(found, expected), (preset, settings, np.abs(found - expected).max())
            count += 1
    for processor, expect in processors():
        mirror(folder / "mirror.onnx", ["n", 3, 24, 24])
        (folder / "preprocessor_config.json").write_text(json.dumps(processor))
        image = picture(71, 52)
        found = seen(program, folder, "mirror", ["--image", folder / "preprocessor_config.json"], image)
        assert np.array_equal(found, np.moveaxis(expect(image), -1, 0)[None]), processor
        count += 1
    return count


def classifier(program, folder):
    """A convolution of random weights: its scores of a picture, and the same as onnxruntime's."""
    labels = ["cat", "dog", "héron", "\"quoted\"", "plane", "ship", "zebra"]
    weights = [("w", RANDOM.normal(size=(8, 3, 3, 3)) * 0.3), ("v", RANDOM.normal(size=(8, len(labels))))]
    nodes = [
        helper.make_node("Conv", ["image", "w"], ["c"], kernel_shape=[3, 3], strides=[2, 2]),
        helper.make_node("Relu", ["c"], ["r"]),
        helper.make_node("GlobalAveragePool", ["r"], ["g"]),
        helper.make_node("Flatten", ["g"], ["f"]),
        helper.make_node("MatMul", ["f", "v"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["probabilities"]),
    ]
    ports = [("image", ["n", 3, 28, 28]), ("probabilities", ["n", len(labels)])]
    ports = [[helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)] for name, shape in ports]
    made = [onnx.numpy_helper.from_array(array.astype(np.float32), name) for name, array in weights]
    model = helper.make_model(helper.make_graph(nodes, "classifier", *ports, made), opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx.save(model, folder / "classifier.onnx")
    (folder / "config.json").write_text(json.dumps({"id2label": {str(i): label for i, label in enumerate(labels)}}))
    run(program, "import", folder / "classifier.onnx", "-o", folder / "plain.edgelet")
    (folder / "labels.txt").write_text("\n".join(labels) + "\n")
    options = ["--image", "imagenet", "--image-set", "resize=32", "--image-set", "crop=28"]
    run(program, "import", folder / "classifier.onnx", "-o", folder / "classifier.edgelet", *options, "--labels", folder / "labels.txt")
    # Labels come from Hugging Face's file just as well, and what is there already is replaced.
    run(program, "import", folder / "classifier.edgelet", "-o", folder / "again.edgelet", *options, "--labels", folder / "config.json")
    assert (folder / "again.edgelet").read_bytes() == (folder / "classifier.edgelet").read_bytes()
    image = picture(61, 83)
    image.save(folder / "cat.png")
    (folder / "cat.rgba").write_bytes(image.convert("RGBA").tobytes())
    cut = middle(image.resize(shorter(image, 32), Image.Resampling.BILINEAR), 28, 28, round)
    given = np.moveaxis(normal(cut, 1 / 255, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]), -1, 0)[None]
    scores = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"image": given})[0][0]
    ranked = [{"label": labels[i], "score": float(scores[i])} for i in np.argsort(-scores)]
    (folder / "ranked.json").write_text(json.dumps(ranked))
    found = json.loads(run(program, "predict", folder / "classifier.edgelet", folder / "cat.png", "--top", 3))
    assert [each["label"] for each in found] == [each["label"] for each in ranked[:3]], (found, ranked)
    assert max(abs(a["score"] - b["score"]) for a, b in zip(found, ranked)) < 1e-6
    # Turned by its EXIF data, as browsers and `ImageOps.exif_transpose` turn it.
    exif = Image.Exif()
    exif[0x0112] = 6
    image.transpose(Image.Transpose.ROTATE_90).save(folder / "turned.png", exif=exif)
    turned = json.loads(run(program, "predict", folder / "classifier.edgelet", folder / "turned.png", "--top", 3))
    assert turned == found, (turned, found)


if __name__ == "__main__":
    program, folder = sys.argv[1], Path(sys.argv[2])
    print(f"{check_pixels(program, folder)} pictures as Pillow makes them")
    classifier(program, folder)
