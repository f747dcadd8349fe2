//! ONNX: the project's own backend suite, networks beside onnxruntime, and files that mean harm.

mod ml;
mod sounds;

use edgelet::error::{Error, Kind};
use edgelet::format;
use edgelet::format::HEADER_BYTES;
use edgelet::import::onnx;
use edgelet::infer::Inference;
use edgelet::native::store::file;
use edgelet::network::{Data, Dim, Dtype, Network, Tensor};
use edgelet::optimize::{Precision, optimize, quantize};
use std::fs;
use std::hash::Hasher;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How many of the suite's node cases pass at least; the rest is refused, and none is wrong.
const LEAST: &str = "1439";

/// The repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs a script of `tests/onnx` with the program and more arguments, and returns what it printed.
fn script(name: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(root().join("target/venv/bin/python"));
    command.arg(root().join("tests/onnx").join(name)).arg(env!("CARGO_BIN_EXE_edgelet")).args(arguments);
    let run = command.output().expect("Python: run `cargo xtask setup`");
    let printed = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(run.status.success(), "{printed}\n{}", String::from_utf8_lossy(&run.stderr));
    printed
}

#[test]
fn no_case_of_the_backend_suite_is_wrong() {
    let printed = script("backend.py", &["--least", LEAST]);
    println!("{printed}");
}

#[test]
fn networks_make_what_onnxruntime_makes() {
    let folder = tempfile::tempdir().expect("a folder");
    let printed = script("networks.py", &[folder.path().to_str().expect("UTF-8")]);
    assert_eq!(printed.lines().count(), 9, "{printed}");
    for name in ["perceptron", "encoder"] {
        damage(&folder.path().join(format!("{name}.onnx")));
    }
    let network = |name: &str| {
        let bytes = fs::read(folder.path().join(format!("{name}.edgelet"))).expect("a file");
        format::decode_network(bytes).expect("a network")
    };
    println!("{}", script("quantize.py", &[folder.path().to_str().expect("UTF-8")]));
    refuses_what_cannot_be_quantized(folder.path());
    // What exporters write out is one step again.
    for (name, gone, there) in [
        ("residual", &["BatchNormalization"][..], "Conv"),
        ("mobile", &["BatchNormalization", "Max", "Min"], "Gelu"),
        ("encoder", &["Erf", "Pow"], "Gelu"),
        ("encoder", &["Erf", "Pow"], "LayerNormalization"),
        ("encoder", &["Softmax", "Transpose"], "Attention"),
        ("perceptron", &["Relu"], "Gemm"),
    ] {
        let network = network(name);
        let names: Vec<&str> = network.nodes().iter().map(|node| node.operator.name()).collect();
        assert!(names.contains(&there) && !gone.iter().any(|gone| names.contains(gone)), "{name}: {names:?}");
    }
}

#[test]
fn pictures_become_what_pillow_makes_of_them_or_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    println!("{}", script("images.py", &[&place("")]));
    let refused = |arguments: &[&str], expected: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_edgelet"));
        let run = command.args(arguments).output().expect("the program");
        let told = String::from_utf8_lossy(&run.stderr).into_owned();
        assert!(!run.status.success() && told.contains(expected), "{arguments:?}: {told}");
    };
    let (network, mirror, picture) = (place("classifier.onnx"), place("mirror.onnx"), place("cat.png"));
    let import = |options: &[&str], expected: &str| {
        let output = place("refused.edgelet");
        refused(&[&["import", &network, "-o", &output][..], options].concat(), expected);
        assert!(!Path::new(&output).exists());
    };
    import(&["--image", "imagenet"], "[n, 3, 28, 28], found [1, 3, 224, 224]");
    import(&["--image", "imagenot"], "expected imagenet, torch, tf, caffe, unit, raw, or a .json file, found imagenot");
    import(&["--image", "unit", "--image-set", "colors=gray"], "[n, 3, 28, 28], found [1, 1, 28, 28]");
    for (setting, expected) in [
        ("resize=0x28", "expected 1 to 8192 pixels, found 0"),
        ("resize=1x2x3", "expected 256 or 224x224"),
        ("resample=best", "found \"best\""),
        ("scale=1/0", "expected finite numbers"),
        ("std=0", "std not 0"),
        ("mean=1,2", "expected 3 numbers, found 2"),
        ("mean=one", "expected numbers, found \"one\""),
        ("input=picture", "expected one of image, found picture"),
        ("size=224", "expected input, resize, crop"),
    ] {
        import(&["--image", "unit", "--image-set", setting], expected);
    }
    fs::write(place("few.txt"), "cat\ndog\n").expect("a file");
    import(&["--labels", &place("few.txt")], "[n, 7], found 2");
    fs::write(place("twice.txt"), "a\nb\nc\nd\ne\nf\na\n").expect("a file");
    import(&["--labels", &place("twice.txt")], "expected distinct labels");
    fs::write(place("gap.json"), r#"{"id2label": {"0": "a", "2": "b"}}"#).expect("a file");
    import(&["--labels", &place("gap.json")], "a label for each number from 0");
    for (settings, expected) in [
        (r#"{"do_pad": true, "size": {"height": 28, "width": 28}}"#, "do_pad"),
        (r#"{"size": 28}"#, "shortest_edge, or height and width"),
        (r#"{"size": {"height": 28, "width": 28}, "resample": 9}"#, "expected 0 to 5, found 9"),
        (r#"{"do_center_crop": true}"#, "crop_size"),
        ("[", "expected an object"),
    ] {
        fs::write(place("settings.json"), settings).expect("a file");
        import(&["--image", &place("settings.json")], expected);
    }
    let (labelled, plain) = (place("classifier.edgelet"), place("plain.edgelet"));
    let run = Command::new(env!("CARGO_BIN_EXE_edgelet")).args(["import", &mirror, "-o", &plain]).status();
    assert!(run.expect("the program").success());
    refused(&["predict", &plain, &picture], "--image");
    refused(&["predict", &plain, &picture, "--top", "3"], "--image");
    let bytes = fs::read(&picture).expect("a picture");
    let damaged = place("damaged.png");
    for length in [9, 40, bytes.len() / 2] {
        fs::write(&damaged, &bytes[..length]).expect("a file");
        refused(&["predict", &labelled, &damaged], "damaged.png");
    }
    // A header that tells of more pixels than there is memory for.
    let mut huge = bytes.clone();
    huge[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
    fs::write(&damaged, &huge).expect("a file");
    refused(&["predict", &labelled, &damaged], "damaged.png");
}

#[test]
fn texts_become_what_the_library_tokenizers_makes_of_them_or_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    // Each way to do something is in one of these.
    let names = "bert added nfkd next roberta llama3 o200k clip metaspace-first llama2 subwords";
    let here = place("");
    let arguments: Vec<&str> = [&here, "--texts", "300"].into_iter().chain(names.split(' ')).collect();
    println!("{}", script("texts.py", &arguments));
    let (tokenizer, output) = (place("edited.json"), place("refused.edgelet"));
    let import = |network: &str, options: &[&str], expected: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_edgelet"));
        command.args(["import", &place(network), "-o", &output, "--tokenizer", &tokenizer]).args(options);
        let run = command.output().expect("the program");
        let told = String::from_utf8_lossy(&run.stderr).into_owned();
        assert!(!run.status.success() && told.contains(expected), "{options:?}: {told}");
        assert!(!Path::new(&output).exists());
    };
    let whole = fs::read_to_string(place("prose.json")).expect("a tokenizer");
    let original: serde_json::Value = serde_json::from_str(&whole).expect("JSON");
    let many = serde_json::json!({"type": "Sequence", "normalizers": vec![serde_json::json!({"type": "NFD"}); 65]})
        .to_string();
    for (at, value, expected) in [
        ("/model/type", r#""Unigram""#, "a model Unigram"),
        ("/model", r#"{"vocab": {}, "merges": [], "dropout": 0.1}"#, "dropout, which is left to chance"),
        ("/model/vocab", r#"{"a": -1}"#, "an id of \"a\" that is none"),
        ("/model", r#"{"vocab": {}, "merges": ["a"]}"#, "which is not two tokens that make one"),
        ("/model/unk_token", r#""?!""#, "which is not in the vocabulary"),
        ("/normalizer", r#"{"type": "Precompiled"}"#, "a normalizer Precompiled"),
        ("/normalizer", &many, "sequences of more than 64 parts"),
        ("/pre_tokenizer", r#"{"type": "UnicodeScripts"}"#, "a pre-tokenizer UnicodeScripts"),
        (
            "/pre_tokenizer",
            r#"{"type": "Split", "behavior": "Removed", "pattern": {"Regex": "(?<=a)b"}}"#,
            "pre_tokenizer:",
        ),
        ("/post_processor", r#"{"type": "Magic"}"#, "a post-processor Magic"),
        ("/truncation", r#"{"max_length": 8, "stride": 2, "strategy": "LongestFirst"}"#, "a stride"),
        ("/padding", r#"{"strategy": {"Fixed": 4294967312}, "pad_id": 0, "pad_type_id": 0}"#, "not a number up to"),
        ("/added_tokens", r#"[{"id": 7, "content": "[NEW]"}]"#, "whose id the library makes"),
    ] {
        let mut edited = original.clone();
        *edited.pointer_mut(at).expect("a part of the file") = serde_json::from_str(value).expect("JSON");
        fs::write(&tokenizer, edited.to_string()).expect("a file");
        import("mirror.onnx", &[], expected);
    }
    for cut in [0, 1, whole.len() / 2] {
        fs::write(&tokenizer, &whole[..cut]).expect("a file");
        import("mirror.onnx", &[], "a tokenizer.json");
    }
    fs::write(&tokenizer, &whole).expect("a file");
    for (setting, expected) in [
        ("max-length=1", "at least 2 tokens, which stand around a text"),
        ("max-length=many", "a number of tokens"),
        ("pad=<none>", "a token"),
        ("mask=masks", "one of input_ids, attention_mask, token_type_ids, position_ids"),
        ("length=8", "input, mask, types, positions, max-length or pad"),
    ] {
        import("mirror.onnx", &["--tokenizer-set", setting], expected);
    }
    let texts = [("A naïve text\u{301}, [MASK] 漢字 ☕ don't <0x0A>", Some("and another")), ("", None)];
    let mut random = chance();
    for name in ["bert", "llama3", "llama2"] {
        let file = fs::read(place(&format!("{name}.edgelet"))).expect("a file");
        let made =
            |bytes: &[u8]| format::decode_network(bytes).and_then(|network| Inference::new(network).texts(0, &texts));
        assert_eq!(made(&file).expect("tensors").len(), 4);
        for _ in 0..300 {
            let at = HEADER_BYTES + random(file.len() - HEADER_BYTES);
            let _ = made(&damaged(&file, at, random(8)));
        }
    }
}

/// Nothing is written for a node that is not there, rows that do not fit, or a model of rows.
fn refuses_what_cannot_be_quantized(folder: &Path) {
    let place = |name: &str| folder.join(name).to_str().expect("UTF-8").to_owned();
    fs::write(place("rows.csv"), "x,y\n1,2\n2,4\n3,6\n4,8\n5,10\n6,12\n7,14\n8,16\n").expect("a file");
    let train = ["train", &place("rows.csv"), "--target", "y", "--model", "linear", "-o", &place("rows.edgelet"), "-q"];
    assert!(Command::new(env!("CARGO_BIN_EXE_edgelet")).args(train).output().expect("the program").status.success());
    let (network, output) = (place("perceptron.edgelet"), place("refused.edgelet"));
    for (arguments, expected) in [
        (&[network.as_str(), "--quantize", "int8", "--keep", "fc"][..], "--keep: expected a node's name or operator"),
        (&[&network, "--quantize", "int4"], "possible values: f16, int8"),
        (&[&network, "--keep", "Gemm"], "--quantize"),
        (&[&network, "--quantize", "int8", "--rows", &place("encoder-in.npz")], "expected image"),
        (&[&place("rows.edgelet"), "--quantize", "int8"], "expected a network, found a model of rows"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_edgelet"));
        let run = command.arg("optimize").args(arguments).args(["-o", &output]).output().expect("the program");
        let told = String::from_utf8_lossy(&run.stderr);
        assert!(!run.status.success() && told.contains(expected), "{arguments:?}: {told}");
        assert!(!Path::new(&output).exists(), "{arguments:?}");
    }
    let kept = ["optimize", &network, "--quantize", "int8", "--keep", "Gemm", "-o", &output, "-q"];
    let run = Command::new(env!("CARGO_BIN_EXE_edgelet")).args(kept).output().expect("the program");
    let told = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && !told.contains("int8\n") && told.contains("3 rows: off by 0.000 %"), "{told}");
}

/// Damages a network's two files in many ways: each time there is a network or an error.
fn damage(path: &Path) {
    let nowhere = |_: &str, _: u64, _: usize| Err(Error::new(Kind::Io, "data", "a file", "none"));
    let bytes = fs::read(path).expect("a network");
    let network = onnx::import(&bytes, &nowhere, &mut |_| {}).expect("a network");
    let written = format::encode_network(&network).expect("a network");
    assert_eq!(format::decode_network(&written[..]).as_ref(), Ok(&network));
    assert_eq!(
        format::decode(&written).map_err(|error| error.kind()).err(),
        Some(Kind::Unsupported),
        "no model of rows"
    );
    let smaller = [Precision::Half, Precision::Byte].map(|precision| {
        let smaller = quantize(network.clone(), precision, |_| false).expect("a network");
        let encoded = format::encode_network(&smaller).expect("a network");
        assert!(encoded.len() < written.len() * 7 / 10, "{precision:?}");
        assert_eq!(format::decode_network(&encoded[..]), Ok(smaller));
        encoded
    });
    let mut random = chance();
    for _ in 0..300 {
        // Most of a file is weights: what is damaged lies where nodes are described.
        let mut changed = bytes.clone();
        let at = if random(2) == 0 { random(bytes.len().min(4000)) } else { bytes.len() - 1 - random(4000) };
        changed[at] ^= 1 << random(8);
        if random(4) == 0 {
            changed.truncate(at);
        }
        if let Ok(network) = onnx::import(&changed, &nowhere, &mut |_| {}) {
            let given = inputs(&network);
            let _ = optimize(network).map(|network| Inference::new(network).run(given));
        }
        let mut changed = written.clone();
        changed[random(bytes.len().min(4000))] ^= 1 << random(8);
        assert!(format::decode_network(&changed[..]).is_err(), "a checksum");
        let file = [&written, &smaller[0], &smaller[1]][random(3)];
        let changed = damaged(file, HEADER_BYTES + random(1500), random(8));
        if let Ok(network) = format::decode_network(&changed[..]) {
            let given = inputs(&network);
            let _ = Inference::new(network).run(given);
        }
    }
}

/// Numbers below others, the same in every run.
pub fn chance() -> impl FnMut(usize) -> usize {
    let mut state = 1_u64;
    move |below| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize % below
    }
}

/// A file with one bit changed and the checksum of what it is now: it is what follows the header that has to be sound.
fn damaged(file: &[u8], at: usize, bit: usize) -> Vec<u8> {
    let mut changed = file.to_vec();
    changed[at] ^= 1 << bit;
    let mut hash = twox_hash::XxHash64::with_seed(0);
    hash.write(&changed[..32]);
    hash.write(&changed[HEADER_BYTES..]);
    changed[32..40].copy_from_slice(&hash.finish().to_le_bytes());
    changed
}

/// Zeros of each input's shape, of those that are not huge.
pub fn inputs(network: &Network) -> Vec<Tensor> {
    let zeros = |port: &edgelet::network::Port| {
        let lengths = port.shape.iter().flatten().map(|dim| match dim {
            Dim::Fixed(length) => *length as usize,
            Dim::Any(_) => 2,
        });
        let shape: Vec<usize> = lengths.collect();
        let elements = edgelet::network::tensor::count(&shape).ok().filter(|&elements| elements < 1 << 20)?;
        Tensor::new(port.dtype, shape, Data::zeros(port.dtype, elements)).ok()
    };
    network.inputs().iter().filter_map(zeros).collect()
}

/// A model whose weights lie in a file beside it, at a location, and one with everything that cannot be run.
const MODELS: &str = r#"
import numpy as np, onnx, sys
from onnx import TensorProto, helper
def save(name, nodes, weights=()):
    ports = [helper.make_tensor_value_info(port, TensorProto.FLOAT, [2]) for port in "xy"]
    graph = helper.make_graph(nodes, "g", ports[:1], ports[1:], weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10), name)
def beside(name, location):
    weight = onnx.numpy_helper.from_array(np.float32([1, 2]), "w")
    weight.ClearField("raw_data")
    weight.data_location = TensorProto.EXTERNAL
    weight.external_data.add(key="location", value=location)
    weight.external_data.add(key="offset", value="4")
    save(name, [helper.make_node("Add", ["x", "w"], ["y"])], [weight])
np.float32([9, 1, 2]).tofile("weights.bin")
beside("beside.onnx", "weights.bin")
beside("above.onnx", "../weights.bin")
beside("link.onnx", "link.bin")
beside("short.onnx", "short.bin")
open("short.bin", "wb").write(b"1234")
branch = helper.make_graph([], "b", [], [])
save("blocked.onnx", [
    helper.make_node("If", ["x"], ["a"], then_branch=branch, else_branch=branch),
    helper.make_node("RandomNormal", [], ["b"], shape=[2]),
    helper.make_node("Relu", ["x"], ["c"], surprise=1),
    helper.make_node("Sum", ["a", "b", "c"], ["y"]),
])
"#;

#[test]
fn data_beside_a_model_stays_in_its_folder_and_all_blockers_are_told() {
    let outside = tempfile::tempdir().expect("a folder");
    let folder: PathBuf = outside.path().join("models");
    fs::create_dir(&folder).expect("a folder");
    let python = root().join("target/venv/bin/python");
    let made = Command::new(python).args(["-c", MODELS]).current_dir(&folder).status().expect("Python");
    assert!(made.success());
    fs::copy(folder.join("weights.bin"), outside.path().join("weights.bin")).expect("a file");
    std::os::unix::fs::symlink(outside.path().join("weights.bin"), folder.join("link.bin")).expect("a link");
    let import = |name: &str| {
        let bytes = fs::read(folder.join(name)).expect("a file");
        onnx::import(&bytes, &|name, start, length| file::read_part(&folder, name, start, length), &mut |_| {})
    };
    let network = import("beside.onnx").expect("a network");
    let x = Tensor::new(Dtype::F32, vec![2], Data::F32(vec![10.0, 20.0])).expect("a tensor");
    let made = Inference::new(network).run(vec![x]).expect("a sum");
    assert_eq!(made[0].data(), &Data::F32(vec![11.0, 22.0]));
    for (name, kind, found) in [
        ("above.onnx", Kind::InvalidModel, "\"../weights.bin\""),
        ("link.onnx", Kind::Io, "a link out of it"),
        ("short.onnx", Kind::Io, "4 bytes in all"),
    ] {
        let error = import(name).expect_err(name);
        assert_eq!((error.kind(), error.found()), (kind, found), "{name}");
    }
    let error = import("blocked.onnx").expect_err("blockers");
    assert_eq!(error.kind(), Kind::Unsupported);
    for blocker in ["graph.node[0] a: the operator If", "RandomNormal", "the attribute surprise of Relu"] {
        assert!(error.found().contains(blocker), "{error}");
    }
}
