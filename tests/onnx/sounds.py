"""Sounds through `edgelet import --audio` beside librosa, Hugging Face's transformers and scipy.

    python tests/onnx/sounds.py target/debug/edgelet FOLDER

Each front end goes into a network that gives back what it takes. Prints how far each is off, relative to its largest number. Leaves in FOLDER
what the npm tests use: speech.wav, front.edgelet and front.npy with what librosa makes of the sound, and classifier.edgelet.
"""

import json
import subprocess
import sys
import wave
from pathlib import Path

import librosa
import numpy as np
import onnx
import scipy.signal
from onnx import TensorProto, helper
from transformers import Wav2Vec2FeatureExtractor, WhisperFeatureExtractor
from transformers.audio_utils import mel_filter_bank, spectrogram, window_function

RANDOM = np.random.default_rng(17)
# Of the largest number. transformers keeps spectra in 32 bits, and librosa its mel bands.
TOLERANCE = 1e-6


def sound(seconds, rate, channels=1):
    """Something like speech: a voice that glides, hisses, and silence in between; 16 bits, as a WAV holds it."""
    t = np.arange(int(seconds * rate)) / rate
    planes = []
    for channel in range(channels):
        pitch = 2 * np.pi * np.cumsum(120 + 40 * np.sin(5 * t + channel)) / rate
        voice = sum(np.sin(k * pitch) / k for k in range(1, 20)) * (np.sin(7 * t) > -0.2)
        hiss = RANDOM.normal(0, 0.3, len(t)) * (np.sin(11 * t) > 0.7)
        planes.append((voice + hiss) * 0.2 * (t > seconds / 5))
    return np.clip(np.stack(planes, -1) * 32768, -32768, 32767).astype(np.int16)


def write_wav(path, samples, rate):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())


def mirror(path, shape):
    """A network that gives back what it takes."""
    ports = [[helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)] for name in ("sound", "same")]
    graph = helper.make_graph([helper.make_node("Identity", ["sound"], ["same"])], "mirror", *ports)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10), path)


def classifier(path, frames, bands):
    """Weights by chance and three words: what matters is that every runtime hears the same."""
    weights = RANDOM.normal(0, 0.02, (frames * bands, 3)).astype(np.float32)
    nodes = [
        helper.make_node("Flatten", ["sound"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["probabilities"]),
    ]
    given = [helper.make_tensor_value_info("sound", TensorProto.FLOAT, ["n", 1, bands, frames])]
    made = [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", 3])]
    graph = helper.make_graph(nodes, "words", given, made, [onnx.numpy_helper.from_array(weights, "weights")])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10), path)


def of_librosa(rate, mfcc=None, db={}, magnitudes=False, **how):
    """librosa's own functions, in 64 bits."""

    def made(x):
        if how.get("n_mels") == 0:
            power = np.abs(librosa.stft(x, **{name: how[name] for name in how if name in ("n_fft", "hop_length", "win_length", "window", "center", "pad_mode")})) ** 2
        else:
            power = librosa.feature.melspectrogram(y=x, sr=rate, **how)
        level = librosa.amplitude_to_db(power, **db) if magnitudes else librosa.power_to_db(power, **db)
        return level if mfcc is None else librosa.feature.mfcc(S=level, n_mfcc=mfcc)

    return made


def of_transformers(window, length, hop, fft, bands, rate, transposed=False, after=lambda x: x, scale=1, **how):
    """`transformers.audio_utils`, from which its feature extractors are made."""
    filters = bands and mel_filter_bank(num_frequency_bins=fft // 2 + 1, sampling_rate=rate, **bands)

    def made(x):
        x = x * scale
        levels = spectrogram(x, window, frame_length=length, hop_length=hop, fft_length=fft, mel_filters=filters, **how)
        return after(levels.T if transposed else levels)

    return made


def filled(frames):
    return lambda levels: np.pad(levels[:frames], ((0, max(0, frames - len(levels))), (0, 0)))


def ways():
    """What is asked of edgelet, the rate and the network's shape, and what the libraries make of it."""
    yield ["librosa"], 22050, ["n", 128, "frames"], of_librosa(22050, db={"top_db": 80.0})
    settings = ["rate=16000", "n_fft=512", "hop_length=160", "n_mels=40", "fmin=20", "fmax=7600"]
    how = {"n_fft": 512, "hop_length": 160, "n_mels": 40, "fmin": 20, "fmax": 7600}
    yield ["librosa", *settings], 16000, ["n", 1, 40, "frames"], of_librosa(16000, **how)
    yield ["librosa", *settings, "win_length=400", "window=hamming"], 16000, ["n", "frames", 40, 1], (
        lambda x: of_librosa(16000, **how, win_length=400, window="hamming")(x).T[..., None]
    )
    yield ["librosa", *settings, "mel=htk", "norm=none", "center=false", "ref=max"], 16000, ["n", 40, "frames"], (
        of_librosa(16000, **how, htk=True, norm=None, center=False, db={"ref": np.max})
    )
    yield ["librosa", *settings, "center=reflect", "n_mfcc=13", "window=blackman"], 16000, ["n", 13, "frames"], (
        of_librosa(16000, 13, **how, pad_mode="reflect", window="blackman")
    )
    magnitudes = ["power=1", "floor=1e-5", "window=ones", "top_db=none", "n_mels=24"]
    how = {**how, "n_mels": 24, "power": 1.0, "window": "ones"}
    yield ["librosa", *settings, *magnitudes], 16000, ["n", 24, "frames"], of_librosa(16000, db={"top_db": None}, magnitudes=True, **how)
    # Lengths with factors other than 2, and frequencies instead of bands.
    for fft in (400, 882, 1102):
        settings = [f"n_fft={fft}", "hop_length=147", "n_mels=none"]
        yield ["librosa", *settings], 22050, ["n", fft // 2 + 1, "frames"], of_librosa(22050, n_fft=fft, hop_length=147, n_mels=0)

    htk = {"num_mel_filters": 128, "min_frequency": 0, "max_frequency": 8000, "norm": None, "mel_scale": "htk"}
    yield ["torchaudio"], 16000, [1, 128, "frames"], of_transformers(
        window_function(400, "hann"), 400, 200, 400, htk, 16000, power=2.0, log_mel="dB", mel_floor=1e-10
    )
    kaldi = {
        "num_mel_filters": 80, "min_frequency": 20, "max_frequency": 8000, "norm": None, "mel_scale": "kaldi", "triangularize_in_mel_space": True,
    }
    frames = {
        "power": 2.0, "center": False, "preemphasis": 0.97, "mel_floor": 1.192092955078125e-07, "log_mel": "log", "remove_dc_offset": True,
    }
    povey = window_function(400, "povey", periodic=False)
    yield ["kaldi"], 16000, ["n", "frames", 80], of_transformers(povey, 400, 160, 512, kaldi, 16000, True, scale=32768, **frames)


def extractors():
    """The same of the files of Hugging Face's feature extractors."""
    whisper = WhisperFeatureExtractor(feature_size=80, chunk_length=3)
    yield json.loads(whisper.to_json_string()), [1, 80, 300], lambda x: whisper(x, sampling_rate=16000, return_tensors="np").input_features[0]
    for do_normalize in (True, False):
        plain = Wav2Vec2FeatureExtractor(do_normalize=do_normalize)
        yield json.loads(plain.to_json_string()), ["n", "samples"], lambda x, plain=plain: plain(x, sampling_rate=16000).input_values[0]
    # Without torch its class does not run: this is what it calls then.
    ast = {
        "feature_extractor_type": "ASTFeatureExtractor", "sampling_rate": 16000, "num_mel_bins": 64, "max_length": 250, "mean": -4.2677393,
        "std": 4.5689974, "do_normalize": True, "feature_size": 1, "padding_value": 0.0, "return_attention_mask": False,
    }
    bands = {
        "num_mel_filters": 64, "min_frequency": 20, "max_frequency": 8000, "norm": None, "mel_scale": "kaldi", "triangularize_in_mel_space": True,
    }
    frames = {
        "power": 2.0, "center": False, "preemphasis": 0.97, "mel_floor": 1.192092955078125e-07, "log_mel": "log", "remove_dc_offset": True,
    }
    levels = of_transformers(window_function(400, "hann", periodic=False), 400, 160, 512, bands, 16000, True, filled(250), **frames)
    yield ast, [1, 250, 64], lambda x: (levels(x) + 4.2677393) / (2 * 4.5689974)


def run(*arguments):
    finished = subprocess.run(list(map(str, arguments)), capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def heard(program, folder, name, options, samples, rate):
    """What a network is given of a sound."""
    run(program, "import", folder / f"{name}.onnx", "-o", folder / f"{name}.edgelet", *options)
    write_wav(folder / "heard.wav", samples, rate)
    run(program, "predict", folder / f"{name}.edgelet", folder / "heard.wav", "-o", folder / "heard.npy")
    return np.load(folder / "heard.npy")


def options_of(preset, *settings):
    return ["--audio", preset, *(part for setting in settings for part in ("--audio-set", setting))]


def compare(what, found, expected):
    expected = expected if expected.ndim == found.ndim else expected[(None,) * (found.ndim - expected.ndim)]
    assert found.shape == expected.shape, (what, found.shape, expected.shape)
    off = np.abs(found - expected).max() / np.abs(expected).max()
    print(f"{what:<110} {off:.1e}")
    assert off <= TOLERANCE, what
    return off


def main(program, folder):
    folder.mkdir(exist_ok=True)
    for asked, rate, shape, expect in ways():
        mirror(folder / "mirror.onnx", shape)
        for seconds in (1.3, 0.31):
            samples = sound(seconds, rate)
            found = heard(program, folder, "mirror", options_of(*asked), samples, rate)
            compare(f"{' '.join(asked)}, {seconds} s", found, expect(samples[:, 0] / 32768))
    for config, shape, expect in extractors():
        mirror(folder / "mirror.onnx", shape)
        (folder / "preprocessor_config.json").write_text(json.dumps(config))
        for seconds in (1.3, 3.4):
            samples = sound(seconds, 16000)
            found = heard(program, folder, "mirror", options_of(str(folder / "preprocessor_config.json")), samples, 16000)
            compare(f"{config['feature_extractor_type']}, {seconds} s", found, expect(samples[:, 0] / 32768))
    # Other rates, and two channels, which become their mean.
    mirror(folder / "mirror.onnx", ["n", "samples"])
    for rate, wanted in [(48000, 16000), (44100, 16000), (8000, 16000), (22050, 16000), (16000, 11025), (44100, 44101)]:
        samples = sound(0.2, rate, 2)
        found = heard(program, folder, "mirror", options_of("raw", f"rate={wanted}"), samples, rate)
        common = np.gcd(rate, wanted)
        expected = scipy.signal.resample_poly((samples / 32768).mean(1).astype(np.float32).astype(np.float64), wanted // common, rate // common)
        compare(f"resampled from {rate} to {wanted}", found, expected)
    leave_for_javascript(program, folder)


def leave_for_javascript(program, folder):
    settings = ["librosa", "rate=16000", "n_fft=512", "hop_length=160", "n_mels=40", "samples=1s"]
    samples = sound(1, 16000)
    write_wav(folder / "speech.wav", samples, 16000)
    mirror(folder / "front.onnx", ["n", 40, 101])
    np.save(folder / "front.npy", heard(program, folder, "front", options_of(*settings), samples, 16000))
    classifier(folder / "classifier.onnx", 101, 40)
    (folder / "words.txt").write_text("yes\nno\nstop\n")
    run(program, "import", folder / "classifier.onnx", "-o", folder / "classifier.edgelet", *options_of(*settings), "--labels", folder / "words.txt")
    run(program, "import", folder / "classifier.onnx", "-o", folder / "plain.edgelet")
    ranked = run(program, "predict", folder / "classifier.edgelet", folder / "speech.wav", "--top", "3")
    (folder / "ranked.json").write_text(ranked)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]))
