//! `ai.onnx.ml`: scikit-learn's models and others beside onnxruntime, and trees that mean harm.

use super::{chance, damaged, inputs, root, script};
use edgelet::error::{Error, Kind};
use edgelet::format::{self, HEADER_BYTES};
use edgelet::import::onnx;
use edgelet::infer::Inference;
use edgelet::network::{Data, Dtype, Tensor};
use std::fs;
use std::process::Command;

/// Ensembles of trees as no file should have them: an edit of a sound one each.
const TREES: &str = r#"
import onnx
from onnx import TensorProto, helper
sound = dict(
    n_targets=1, nodes_treeids=[0, 0, 0], nodes_nodeids=[0, 1, 2], nodes_featureids=[1, 0, 0], nodes_values=[0.5, 0.0, 0.0],
    nodes_modes=["BRANCH_LEQ", "LEAF", "LEAF"], nodes_truenodeids=[1, 0, 0], nodes_falsenodeids=[2, 0, 0],
    target_treeids=[0, 0], target_nodeids=[1, 2], target_ids=[0, 0], target_weights=[1.0, 2.0],
)
edits = dict(
    sound={}, lengths=dict(nodes_values=[0.5]), twice=dict(nodes_nodeids=[0, 1, 1]), missing=dict(nodes_truenodeids=[7, 0, 0]),
    loop=dict(nodes_truenodeids=[0, 0, 0]), shared=dict(nodes_falsenodeids=[1, 0, 0]), leafless=dict(target_nodeids=[1, 1]),
    target=dict(target_ids=[0, 5]), targets=dict(n_targets=1 << 40), feature=dict(nodes_featureids=[-1, 0, 0]), wide=dict(nodes_featureids=[9, 0, 0]),
    nan=dict(nodes_values=[float("nan"), 0.0, 0.0]), mode=dict(nodes_modes=["BRANCH_ODD", "LEAF", "LEAF"]), base=dict(base_values=[1.0, 2.0]),
)
for name, edit in edits.items():
    node = helper.make_node("TreeEnsembleRegressor", ["x"], ["y"], domain="ai.onnx.ml", **{**sound, **edit})
    ports = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 2]), helper.make_tensor_value_info("y", TensorProto.FLOAT, None)]
    graph = helper.make_graph([node], "g", ports[:1], ports[1:])
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("ai.onnx.ml", 3)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=10), name + ".onnx")
"#;

#[test]
fn models_of_scikit_learn_make_what_onnxruntime_makes_or_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    println!("{}", script("ml.py", &[&place("ml")]));
    println!("{}", script("sklearn_models.py", &[&place("sklearn")]));
    for name in ["forest", "svc-rbf", "one-hot-tree"] {
        let bytes = fs::read(folder.path().join(format!("sklearn/{name}.edgelet"))).expect("a file");
        harm(&bytes);
    }
}

/// Damages a network's file behind its checksum: each time there is a network that runs or refuses to, or an error.
fn harm(file: &[u8]) {
    let mut random = chance();
    for _ in 0..300 {
        let at = HEADER_BYTES + random(file.len() - HEADER_BYTES);
        if let Ok(network) = format::decode_network(&damaged(file, at, random(8))[..]) {
            let given = inputs(&network);
            let _ = Inference::new(network).run(given);
        }
    }
}

#[test]
fn trees_that_lead_nowhere_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let python = root().join("target/venv/bin/python");
    assert!(Command::new(python).args(["-c", TREES]).current_dir(&folder).status().expect("Python").success());
    let nowhere = |_: &str, _: u64, _: usize| Err(Error::new(Kind::Io, "data", "a file", "none"));
    let import = |name: &str| {
        let bytes = fs::read(folder.path().join(format!("{name}.onnx"))).expect("a file");
        onnx::import(&bytes, &nowhere, &mut |_| {})
    };
    for (name, expected) in [
        ("lengths", "nodes_values: expected 3, one for each node, found 1"),
        ("twice", "each node once in its tree, found 1 twice"),
        ("missing", "a node of tree 0, found 7"),
        ("loop", "one way to each node, found several"),
        ("shared", "one way to each node, found several"),
        ("leafless", "a weight for each leaf"),
        ("target", "targets below 1, found 5"),
        ("targets", "n_targets: expected 1 to"),
        ("feature", "columns from 0 on, found -1"),
        ("nan", "expected numbers, found NaN"),
        ("mode", "the mode \"BRANCH_ODD\""),
        ("base", "base_values: expected none or 1, found 2"),
    ] {
        let error = import(name).expect_err(name).to_string();
        assert!(error.contains(expected), "{name}: {error}");
    }
    let rows = || Tensor::new(Dtype::F32, vec![2, 2], Data::F32(vec![9.0, 0.5, 9.0, 0.6])).expect("a tensor");
    let made = Inference::new(import("sound").expect("a network")).run(vec![rows()]).expect("sums");
    assert_eq!(made[0].data(), &Data::F32(vec![1.0, 2.0]));
    let error = Inference::new(import("wide").expect("a network")).run(vec![rows()]).expect_err("too few columns");
    assert_eq!((error.kind(), error.expected()), (Kind::WrongShape, "rows of at least 10 numbers"));
}
