//! Keras: layers and networks beside Keras itself, files of Keras 2, and files that mean harm.

use crate::onnx::{inputs, root};
use edgelet::error::{Error, Kind};
use edgelet::import::keras;
use edgelet::infer::Inference;
use edgelet::optimize::optimize;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What Python prints of a script with arguments.
fn python(arguments: &[&str]) -> String {
    let mut command = Command::new(root().join("target/venv/bin/python"));
    let run = command.args(arguments).env("KERAS_BACKEND", "jax").output().expect("Python: run `cargo xtask setup`");
    let printed = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(run.status.success(), "{printed}\n{}", String::from_utf8_lossy(&run.stderr));
    printed
}

#[test]
fn layers_and_networks_make_what_keras_makes() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = root().join("tests/keras/layers.py");
    let [script, folder] = [&script, folder.path()].map(|path| path.to_str().expect("UTF-8"));
    println!("{}", python(&[script, env!("CARGO_BIN_EXE_edgelet"), folder]));
}

fn edgelet(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_edgelet"));
    command.args(arguments).current_dir(folder).output().expect("the program starts")
}

#[test]
fn files_of_keras_2_make_what_it_made() {
    let fixtures = root().join("tests/fixtures/keras");
    let output = tempfile::tempdir().expect("a folder");
    let made = output.path().join("made.edgelet");
    let made = made.to_str().expect("UTF-8");
    for name in ["convolutional", "nested", "recurrent", "masked"] {
        let [file, given, expected] = ["{}.h5", "{}-in.npz", "{}-out.npz"].map(|file| file.replace("{}", name));
        let check = ["--verify", &given, "--expect", &expected, "--tolerance", "1e-5"];
        let run = edgelet(&[&["import", &file, "-o", made], &check[..]].concat(), &fixtures);
        assert!(run.status.success(), "{name}: {}", String::from_utf8_lossy(&run.stderr));
    }
}

/// A small model of each kind of file, and ones whose weights lack something.
const MODELS: &str = r#"
import h5py, keras, sys, zipfile
from keras import layers as L
x = L.Input((8, 8, 2), name="x")
y = L.Dense(3)(L.Flatten()(L.BatchNormalization()(L.Conv2D(3, 3, padding="same")(x))))
model = keras.Model(x, L.Dense(4)(L.LSTM(3)(L.Reshape((1, 3))(y))))
model.save("model.keras")
model.save("model.h5")
def changed(name, change):
    with zipfile.ZipFile("model.keras") as archive, zipfile.ZipFile(name, "w") as copy:
        for member in archive.namelist():
            open("member", "wb").write(archive.read(member))
            if member.endswith(".h5"):
                with h5py.File("member", "a") as file:
                    change(file["layers"])
            copy.write("member", member)
def other(group, shape):
    del group["0"]
    group["0"] = keras.ops.convert_to_numpy(keras.ops.zeros(shape))
changed("missing.keras", lambda layers: layers["dense"]["vars"].pop("0"))
changed("gone.keras", lambda layers: layers.pop("lstm"))
changed("shape.keras", lambda layers: other(layers["conv2d"]["vars"], (3, 3, 2, 4)))
changed("swapped.keras", lambda layers: layers.move("dense", "d") or layers.move("dense_1", "dense") or layers.move("d", "dense_1"))
with h5py.File("huge.h5", "w") as file, h5py.File("model.h5") as model:
    model.copy("model_weights", file)
    for name in ("model_config", "keras_version"):
        file.attrs[name] = model.attrs[name]
    group = file["model_weights/dense/dense"]
    del group["kernel"]
    group.create_dataset("kernel", (1 << 14, 1 << 14), "f4")
with h5py.File("weights.h5", "w") as file:
    file["a"] = [1.0]
"#;

/// The folder with the models.
fn models() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("models.py");
    fs::write(&script, format!("import os\nos.chdir({:?})\n{MODELS}", folder.path())).expect("a script");
    python(&[script.to_str().expect("UTF-8")]);
    folder
}

#[test]
fn weights_that_are_missing_or_others_are_told_with_their_place() {
    let folder = models();
    let import = |name: &str| keras::import(&fs::read(folder.path().join(name)).expect("a file"));
    assert_eq!(import("model.keras"), import("model.h5"), "one network, however it is saved");
    import("model.keras").expect("a network");
    for (name, kind, words) in [
        ("missing.keras", Kind::InvalidModel, ["dense", "the weight \"kernel\"", "none"]),
        ("gone.keras", Kind::InvalidModel, ["lstm", "the weight \"kernel\"", "none"]),
        ("shape.keras", Kind::InvalidModel, ["conv2d", "[3, 3, 2, 3]", "[3, 3, 2, 4]"]),
        ("swapped.keras", Kind::InvalidModel, ["dense", "weights of", "dense_1"]),
        ("huge.h5", Kind::LimitExceeded, ["dense", "more bytes of weights", "1073741824"]),
        ("weights.h5", Kind::Unsupported, ["model_config", "the description", "none"]),
    ] {
        let error = import(name).expect_err(name);
        assert_eq!(error.kind(), kind, "{name}: {error}");
        for word in words {
            assert!(error.to_string().contains(word), "{name}: {error}");
        }
    }
}

#[test]
fn damaged_files_are_refused_or_are_other_networks() {
    let folder = models();
    let mut state = 1_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize % below
    };
    for name in ["model.h5", "model.keras"] {
        let bytes = fs::read(folder.path().join(name)).expect("a file");
        for length in [0, 1, 8, 100, 600, bytes.len() / 2, bytes.len() - 1] {
            let cut = keras::import(&bytes[..length]);
            assert!(cut.is_err() || length == bytes.len() - 1, "{name} of {length} bytes");
        }
        for _ in 0..300 {
            let mut changed = bytes.clone();
            for _ in 0..=random(3) {
                // Half of the damage lies where the file describes itself.
                let at = if random(2) == 0 { random(bytes.len().min(6000)) } else { random(bytes.len()) };
                changed[at] ^= 1 << random(8);
            }
            let begun = std::time::Instant::now();
            if let Ok(network) = keras::import(&changed) {
                let given = inputs(&network);
                let _ = optimize(network).map(|network| Inference::new(network).run(given));
            }
            assert!(begun.elapsed().as_secs() < 10, "{name}");
        }
    }
}

/// A description of a model with these layers, as Keras writes it.
fn archive(layers: &str) -> Vec<u8> {
    let script = r#"
import h5py, io, sys, zipfile
weights = io.BytesIO()
h5py.File(weights, "w").close()
with zipfile.ZipFile(sys.argv[1], "w") as archive:
    archive.writestr("metadata.json", '{"keras_version": "3.15.1"}')
    archive.writestr("config.json", sys.argv[2])
    archive.writestr("model.weights.h5", weights.getvalue())
"#;
    let folder = tempfile::tempdir().expect("a folder");
    let path: PathBuf = folder.path().join("model.keras");
    let config = format!(r#"{{"module": "keras", "class_name": "Functional", "config": {{"name": "m", {layers}}}}}"#);
    python(&["-c", script, path.to_str().expect("UTF-8"), &config]);
    fs::read(path).expect("a file")
}

/// A layer that is used once for each name of what it takes.
fn layer(name: &str, class: &str, module: &str, config: &str, from: &[&str]) -> String {
    let call = |from: &&str| {
        let history = format!(r#"{{"shape": [null, 4], "dtype": "float32", "keras_history": ["{from}", 0, 0]}}"#);
        format!(r#"{{"args": [{{"class_name": "__keras_tensor__", "config": {history}}}], "kwargs": {{}}}}"#)
    };
    let calls = from.iter().map(call).collect::<Vec<_>>().join(", ");
    format!(
        r#"{{"module": "{module}", "class_name": "{class}", "config": {{"name": "{name}"{config}}}, "registered_name": null, "name": "{name}", "inbound_nodes": [{calls}]}}"#
    )
}

/// The parts of a model of an input `x` and these layers.
fn parts(layers: &[String], output: &str, number: usize) -> String {
    let input = layer("x", "InputLayer", "keras.layers", r#", "batch_shape": [null, 4], "dtype": "float32""#, &[]);
    let layers = std::iter::once(&input).chain(layers).cloned().collect::<Vec<_>>().join(", ");
    format!(r#""layers": [{layers}], "input_layers": [["x", 0, 0]], "output_layers": [["{output}", {number}, 0]]"#)
}

fn refusal(layers: &[String], output: &str) -> Error {
    keras::import(&archive(&parts(layers, output, 0))).expect_err("a refusal")
}

#[test]
fn all_that_cannot_be_run_is_told_at_once() {
    let error = refusal(
        &[
            layer(
                "code",
                "Lambda",
                "keras.layers",
                r#", "function": {"class_name": "__lambda__", "config": {"code": "4wEA"}}"#,
                &["x"],
            ),
            layer("os", "system", "os", "", &["code"]),
            layer("again", "Dropout", "builtins", "", &["os"]),
            layer("new", "Holographic", "keras.layers", "", &["x"]),
            layer("set", "Softmax", "keras.layers", r#", "surprise": 3"#, &["x"]),
            layer("half", "Flatten", "keras.layers", r#", "dtype": "float16""#, &["x"]),
            layer("end", "Dropout", "keras.layers", r#", "rate": 0.5"#, &["again"]),
        ],
        "end",
    );
    assert_eq!(error.kind(), Kind::Unsupported);
    for blocker in [
        "code: a Lambda layer",
        "os: the class system of os",
        "again: the class Dropout of builtins",
        "new: the layer Holographic",
        "set: the setting surprise",
        "half: the dtype policy float16",
    ] {
        assert!(error.found().contains(blocker), "{blocker}: {error}");
    }
}

#[test]
fn circles_and_layers_that_are_not_there_are_damage() {
    let dropout = |name: &str, from: &str| layer(name, "Dropout", "keras.layers", r#", "rate": 0.5"#, &[from]);
    let circle = refusal(&[dropout("a", "b"), dropout("b", "a")], "b");
    let absent = refusal(&[dropout("a", "elsewhere")], "a");
    let twice = refusal(&[dropout("a", "x"), dropout("a", "x")], "a");
    for (error, word) in [(circle, "circle"), (absent, "elsewhere"), (twice, "twice")] {
        assert_eq!(error.kind(), Kind::InvalidModel, "{error}");
        assert!(error.to_string().contains(word), "{error}");
    }
}

#[test]
fn models_in_models_do_not_multiply_without_end() {
    // Each uses the one in it twice; what comes out of the second time is number 2, the making of it being 0.
    let mut inner = parts(&[layer("m", "Dropout", "keras.layers", "", &["x"])], "m", 0);
    for _ in 0..15 {
        inner = parts(&[layer("m", "Functional", "keras", &format!(", {inner}"), &["x", "m"])], "m", 2);
    }
    let error = keras::import(&archive(&inner)).expect_err("too many");
    assert_eq!((error.kind(), error.found()), (Kind::LimitExceeded, "more"), "{error}");
}
