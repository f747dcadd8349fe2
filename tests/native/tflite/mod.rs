//! TFLite: operators and networks beside LiteRT's interpreter, and files that mean harm.

use crate::onnx::{chance, inputs, root};
use edgelet::error::{Error, Kind};
use edgelet::format;
use edgelet::import::tflite;
use edgelet::infer::Inference;
use edgelet::optimize::optimize;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

/// The files that TensorFlow's converter made.
fn fixtures() -> Vec<PathBuf> {
    let folder = fs::read_dir(root().join("tests/fixtures/tflite")).expect("fixtures");
    let mut files: Vec<PathBuf> = folder.map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    files
}

fn fixture(name: &str) -> Vec<u8> {
    fs::read(root().join("tests/fixtures/tflite").join(name)).expect("a fixture")
}

#[test]
fn operators_and_networks_make_what_the_interpreter_makes() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(root().join("target/venv/bin/python"));
    command.arg(root().join("tests/tflite/compare.py")).arg(env!("CARGO_BIN_EXE_edgelet")).arg(folder.path());
    let run = command.output().expect("Python: run `cargo xtask setup`");
    let printed = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(run.status.success(), "{printed}\n{}", String::from_utf8_lossy(&run.stderr));
    println!("{printed}");
}

#[test]
fn weights_stay_as_small_as_they_are() {
    let size = |name: &str| {
        let network = optimize(tflite::import(&fixture(name)).expect("a network")).expect("a network");
        format::encode_network(&network).expect("bytes").len()
    };
    let whole = size("encoder.tflite");
    assert!(size("encoder-half.tflite") < whole * 6 / 10);
    assert!(size("encoder-mixed.tflite") < whole * 5 / 10);
    assert!(size("cnn-whole.tflite") < size("cnn.tflite"));
}

/// Imports bytes, runs what comes of them, and says how it went; in a short time.
fn tried(bytes: &[u8], name: &str) -> Result<(), Error> {
    let begun = Instant::now();
    let made = tflite::import(bytes).map(|network| {
        let given = inputs(&network);
        let _ = optimize(network).map(|network| Inference::new(network).run(given));
    });
    assert!(begun.elapsed().as_secs() < 10, "{name}");
    made
}

#[test]
fn files_that_end_early_are_refused() {
    for name in ["functions.tflite", "lstm.tflite", "blocks-whole.tflite"] {
        let bytes = fixture(name);
        for length in 0..bytes.len() {
            // The last bytes may be those of what is not read: a description, a version.
            let cut = tried(&bytes[..length], name);
            assert!(cut.is_err() || length > bytes.len() / 2, "{name} of {length} bytes");
        }
    }
}

#[test]
fn damaged_files_are_refused_or_are_other_networks() {
    let mut random = chance();
    for path in fixtures() {
        let (bytes, name) = (fs::read(&path).expect("a file"), path.display().to_string());
        for _ in 0..60 {
            let mut changed = bytes.clone();
            for _ in 0..=random(3) {
                let at = random(bytes.len());
                changed[at] ^= 1 << random(8);
            }
            // An offset that leads elsewhere: back to the start, to itself, far away.
            if random(2) == 0 {
                let at = random(bytes.len() / 4) * 4;
                let offset = [0, 4, (bytes.len() - at) as u32 / 2, u32::MAX][random(4)];
                changed.get_mut(at..at + 4).into_iter().for_each(|place| place.copy_from_slice(&offset.to_le_bytes()));
            }
            let _ = tried(&changed, &name);
        }
    }
}

/// Files with everything that cannot be run, and ones whose parts are shared or in a circle.
const HARMFUL: &str = r#"
import sys, flatbuffers
from ai_edge_litert import schema_py_generated as schema
def changed(name, change, file):
    bytes = open(file, "rb").read()
    model = schema.ModelT.InitFromPackedBuf(bytes, 0)
    change(model, model.subgraphs[0])
    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), b"TFL3")
    open(name, "wb").write(builder.Output())
def code(model, number, custom=None):
    made = schema.OperatorCodeT()
    made.builtinCode, made.deprecatedBuiltinCode, made.customCode = number, min(number, 127), custom
    model.operatorCodes.append(made)
    return len(model.operatorCodes) - 1
def refused(model, graph):
    first, second, third, fourth = graph.operators[:4]
    first.opcodeIndex = code(model, schema.BuiltinOperator.WHILE)
    second.opcodeIndex = code(model, schema.BuiltinOperator.CUSTOM, b"Holographic")
    third.opcodeIndex = code(model, 5000)
    fourth.opcodeIndex = code(model, schema.BuiltinOperator.CONV_2D)
    graph.tensors[graph.outputs[5]].sparsity = schema.SparsityParametersT()
def again(model, graph):
    graph.operators[1].outputs = graph.operators[0].outputs
def ahead(model, graph):
    graph.operators[0].inputs = graph.operators[1].outputs
def absent(model, graph):
    graph.operators[0].inputs = [1 << 30]
def none(model, graph):
    graph.operators[0].inputs = [-1]
for change in (refused, again, ahead, absent, none):
    changed(change.__name__ + ".tflite", change, sys.argv[1])
def flat(model, graph):
    for operator in graph.operators:
        if model.operatorCodes[operator.opcodeIndex].builtinCode == schema.BuiltinOperator.DEPTHWISE_CONV_2D:
            filters = graph.tensors[operator.inputs[1]]
            filters.shape = [filters.shape[1] * filters.shape[2] * filters.shape[3]]
changed("flat.tflite", flat, sys.argv[2])
# Tables by the hundred thousand that are all one, with a vector that each of them reads.
builder = flatbuffers.Builder(0)
builder.StartVector(4, 1 << 18, 4)
[builder.PrependInt32(0) for _ in range(1 << 18)]
numbers = builder.EndVector()
def table(**fields):
    builder.StartObject(8)
    for number, offset in fields.items():
        builder.PrependUOffsetTRelativeSlot(int(number[1:]), offset, 0)
    return builder.EndObject()
def vector(offset, count):
    builder.StartVector(4, count, 4)
    [builder.PrependUOffsetTRelative(offset) for _ in range(count)]
    return builder.EndVector()
tensors = vector(table(_0=numbers), 1 << 18)
graphs = vector(table(_0=tensors, _1=numbers, _2=numbers), 1)
builder.StartObject(8)
builder.PrependUint32Slot(0, 3, 0)
builder.PrependUOffsetTRelativeSlot(2, graphs, 0)
builder.Finish(builder.EndObject(), b"TFL3")
open("shared.tflite", "wb").write(builder.Output())
"#;

#[test]
fn what_cannot_be_run_or_means_harm_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(root().join("target/venv/bin/python"));
    let fixtures = root().join("tests/fixtures/tflite");
    command.args(["-c", HARMFUL]).arg(fixtures.join("functions.tflite")).arg(fixtures.join("convolutions.tflite"));
    command.current_dir(folder.path());
    let run = command.output().expect("Python: run `cargo xtask setup`");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let refusal = |name: &str| {
        let bytes = fs::read(folder.path().join(name).with_extension("tflite")).expect("a file");
        tried(&bytes, name).expect_err("a refusal")
    };
    let error = refusal("refused");
    assert_eq!(error.kind(), Kind::Unsupported, "{error}");
    for blocker in [
        "the operator WHILE",
        "the custom operator Holographic",
        "the operator of number 5000",
        "CONV_2D of 3 dimensions",
        "a sparse tensor",
    ] {
        assert!(error.found().contains(blocker), "{blocker}: {error}");
    }
    for (name, kind, word) in [
        ("again", Kind::InvalidModel, "nobody made before"),
        ("ahead", Kind::InvalidModel, "is made before"),
        ("absent", Kind::InvalidModel, "1073741824"),
        ("none", Kind::InvalidModel, "a tensor"),
        ("flat", Kind::InvalidModel, "4 dimensions"),
        ("shared", Kind::LimitExceeded, "share"),
    ] {
        let error = refusal(name);
        assert_eq!(error.kind(), kind, "{name}: {error}");
        assert!(error.to_string().contains(word), "{name}: {error}");
    }
}
