//! The attributes of TreeEnsembleClassifier and TreeEnsembleRegressor, which share all but the names of the leaves' parts, and of
//! TreeEnsemble.

use super::super::operators::constant_tensor;
use super::super::step::{Step, unsupported};
use super::ensemble::{Ensemble, Mode, Part, Split};
use super::unsound;
use crate::error::Result;
use crate::network::{Data, Dtype, Tensor};
use std::collections::HashMap;

/// The most targets: each row has as many numbers.
const MAX_TARGETS: usize = 1 << 20;

/// Floats of an attribute, or of the tensor that may stand in its place.
pub fn numbers(step: &Step<'_, '_>, name: &str, dtype: Dtype) -> Result<Vec<f64>> {
    let floats = step.floats(name).unwrap_or_default();
    let as_tensor = format!("{name}_as_tensor");
    match step.find(&as_tensor).and_then(|attribute| attribute.tensor.as_ref()) {
        None => Ok(floats.into_iter().map(f64::from).collect()),
        Some(proto) if floats.is_empty() => of_tensor(step, &as_tensor, constant_tensor(proto)?, dtype),
        Some(_) => Err(unsound(name, "floats or a tensor", "both")),
    }
}

/// The numbers of a tensor; those of float64 are for rows of float64.
fn of_tensor(step: &Step<'_, '_>, name: &str, tensor: Tensor, dtype: Dtype) -> Result<Vec<f64>> {
    match tensor.data() {
        Data::F64(_) if dtype != Dtype::F64 => {
            Err(unsupported(format!("{} with {name} of float64 for rows of float32", step.node.op_type)))
        }
        Data::F64(x) => Ok(x.clone()),
        Data::F32(x) => Ok(x.iter().map(|&x| f64::from(x)).collect()),
        _ => Err(unsound(name, "floats", tensor.dtype().name())),
    }
}

/// The numbers of an attribute that is a tensor.
fn tensor_numbers(step: &Step<'_, '_>, name: &str, dtype: Dtype) -> Result<Vec<f64>> {
    match step.find(name).and_then(|attribute| attribute.tensor.as_ref()) {
        None => Ok(Vec::new()),
        Some(proto) => of_tensor(step, name, constant_tensor(proto)?, dtype),
    }
}

/// As many of each.
fn check_lengths(expected: usize, found: &[(&str, usize)]) -> Result<()> {
    match found.iter().find(|(_, length)| *length != expected) {
        None => Ok(()),
        Some((name, length)) => Err(unsound(name, format!("{expected}, one for each node"), length)),
    }
}

/// Checks how many targets there are.
fn targets(targets: i64) -> Result<usize> {
    let found = usize::try_from(targets).ok().filter(|targets| (1..=MAX_TARGETS).contains(targets));
    found.ok_or_else(|| unsound("n_targets", format!("1 to {MAX_TARGETS}"), targets))
}

/// A class or a target among so many.
fn target(id: i64, targets: usize) -> Result<usize> {
    let found = usize::try_from(id).ok().filter(|&id| id < targets);
    found.ok_or_else(|| unsound("ids", format!("targets below {targets}"), id))
}

/// A threshold that numbers can be compared with, for numbers that there can be.
fn check_split(split: Split) -> Result<Part> {
    if split.thresholds.iter().any(|threshold| threshold.is_nan()) {
        return Err(unsound("nodes_values", "numbers", "NaN"));
    }
    if !(0..i64::from(i32::MAX)).contains(&split.feature) {
        return Err(unsound("nodes_featureids", "columns from 0 on", split.feature));
    }
    Ok(Part::Split(split))
}

/// What the file says about leaves, one vote after another.
pub struct Votes {
    pub ids: Vec<i64>,
    pub weights: Vec<f64>,
}

/// The trees of versions 1 to 4, and the votes. `prefix` is what the names of the votes' attributes begin with.
pub fn flat(step: &Step<'_, '_>, prefix: &str, count: i64, dtype: Dtype) -> Result<(Ensemble, Votes)> {
    let targets = targets(count)?;
    step.ignore(&["nodes_hitrates", "nodes_hitrates_as_tensor"]);
    let integers = |name: &str| step.integers(name);
    let (trees, ids) = (integers("nodes_treeids"), integers("nodes_nodeids"));
    let (features, modes) = (integers("nodes_featureids"), step.texts("nodes_modes")?);
    let sides = [integers("nodes_truenodeids"), integers("nodes_falsenodeids")];
    let (values, missing) = (numbers(step, "nodes_values", dtype)?, integers("nodes_missing_value_tracks_true"));
    let count = trees.len();
    check_lengths(
        count,
        &[
            ("nodes_nodeids", ids.len()),
            ("nodes_featureids", features.len()),
            ("nodes_modes", modes.len()),
            ("nodes_truenodeids", sides[0].len()),
            ("nodes_falsenodeids", sides[1].len()),
            ("nodes_values", values.len()),
        ],
    )?;
    let mut places = HashMap::with_capacity(count);
    for (i, key) in trees.iter().zip(&ids).enumerate() {
        if places.insert((*key.0, *key.1), i).is_some() {
            return Err(unsound("nodes_nodeids", "each node once in its tree", format!("{} twice", key.1)));
        }
    }
    let place = |tree: i64, node: i64| {
        let found = places.get(&(tree, node)).copied();
        found.ok_or_else(|| unsound("nodes", format!("a node of tree {tree}"), node))
    };
    let mut parts = Vec::with_capacity(count);
    for i in 0..count {
        let mode = match modes[i] {
            "LEAF" => {
                parts.push(Part::Leaf(Vec::new()));
                continue;
            }
            "BRANCH_LEQ" => Mode::AtMost,
            "BRANCH_LT" => Mode::Below,
            "BRANCH_GTE" => Mode::AtLeast,
            "BRANCH_GT" => Mode::Above,
            "BRANCH_EQ" => Mode::Equal,
            "BRANCH_NEQ" => Mode::Unequal,
            mode => return Err(unsupported(format!("{} with the mode {mode:?}", step.node.op_type))),
        };
        let sides = [place(trees[i], sides[0][i])?, place(trees[i], sides[1][i])?];
        let missing_is_true = missing.get(i) == Some(&1);
        let (feature, thresholds) = (features[i], vec![values[i]]);
        parts.push(check_split(Split { mode, feature, thresholds, missing_is_true, sides })?);
    }
    let votes = votes(step, prefix, dtype, targets, &mut parts, place)?;
    let roots: Vec<usize> = (0..count).filter(|&i| i == 0 || trees[i] != trees[i - 1]).collect();
    let mut distinct: Vec<i64> = roots.iter().map(|&root| trees[root]).collect();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() != roots.len() || roots.is_empty() {
        return Err(unsound("nodes_treeids", "the nodes of each tree side by side", "others between them"));
    }
    Ok((Ensemble { parts, roots, targets }, votes))
}

/// Gives the leaves their votes, those of one leaf in their order.
fn votes(
    step: &Step<'_, '_>,
    prefix: &str,
    dtype: Dtype,
    targets: usize,
    parts: &mut [Part],
    place: impl Fn(i64, i64) -> Result<usize>,
) -> Result<Votes> {
    let integers = |what: &str| step.integers(&format!("{prefix}_{what}"));
    let (trees, nodes, ids) = (integers("treeids"), integers("nodeids"), integers("ids"));
    let weights = numbers(step, &format!("{prefix}_weights"), dtype)?;
    check_lengths(ids.len(), &[("treeids", trees.len()), ("nodeids", nodes.len()), ("weights", weights.len())])?;
    if weights.iter().any(|weight| weight.is_nan()) {
        return Err(unsound("weights", "numbers", "NaN"));
    }
    for i in 0..ids.len() {
        let id = target(ids[i], targets)?;
        // What inner nodes have counts for nothing: old converters wrote that.
        if let Part::Leaf(given) = &mut parts[place(trees[i], nodes[i])?] {
            // Of one target onnxruntime takes the first vote.
            if targets > 1 || given.is_empty() {
                given.push((id, weights[i]));
            }
        }
    }
    if parts.iter().any(|part| matches!(part, Part::Leaf(given) if given.is_empty())) {
        return Err(unsound("nodes", "a weight for each leaf", "a leaf without one"));
    }
    Ok(Votes { ids, weights })
}

/// The trees of version 5.
pub fn nested(step: &Step<'_, '_>, dtype: Dtype) -> Result<Ensemble> {
    let targets = targets(step.integer("n_targets", 0))?;
    step.ignore(&["nodes_hitrates"]);
    let modes = match step.find("nodes_modes").and_then(|attribute| attribute.tensor.as_ref()) {
        None => Vec::new(),
        Some(proto) => match constant_tensor(proto)?.into_data() {
            Data::I64(modes) => modes,
            _ => return Err(unsound("nodes_modes", "whole numbers", "others")),
        },
    };
    let (splits, features) = (tensor_numbers(step, "nodes_splits", dtype)?, step.integers("nodes_featureids"));
    let sides = [step.integers("nodes_truenodeids"), step.integers("nodes_falsenodeids")];
    let are_leaves = [step.integers("nodes_trueleafs"), step.integers("nodes_falseleafs")];
    let missing = step.integers("nodes_missing_value_tracks_true");
    check_lengths(
        modes.len(),
        &[
            ("nodes_splits", splits.len()),
            ("nodes_featureids", features.len()),
            ("nodes_truenodeids", sides[0].len()),
            ("nodes_falsenodeids", sides[1].len()),
            ("nodes_trueleafs", are_leaves[0].len()),
            ("nodes_falseleafs", are_leaves[1].len()),
        ],
    )?;
    let (leaf_targets, weights) = (step.integers("leaf_targetids"), tensor_numbers(step, "leaf_weights", dtype)?);
    check_lengths(leaf_targets.len(), &[("leaf_weights", weights.len())])?;
    if weights.iter().any(|weight| weight.is_nan()) {
        return Err(unsound("leaf_weights", "numbers", "NaN"));
    }
    // The sets, one after another, with NaN behind each.
    let members = tensor_numbers(step, "membership_values", dtype)?;
    let mut sets = members.split(|member| member.is_nan());
    let below = |x: i64, count: usize| {
        let found = usize::try_from(x).ok().filter(|&x| x < count);
        found.ok_or_else(|| unsound("nodes", format!("places below {count}"), x))
    };
    let leaf = |at: i64| -> Result<Part> {
        let at = below(at, weights.len())?;
        Ok(Part::Leaf(vec![(target(leaf_targets[at], targets)?, weights[at])]))
    };
    let count = modes.len();
    let mut parts = Vec::with_capacity(3 * count);
    let mut leaves = Vec::new();
    for i in 0..count {
        let modes_in_order =
            [Mode::AtMost, Mode::Below, Mode::AtLeast, Mode::Above, Mode::Equal, Mode::Unequal, Mode::Member];
        let mode = modes_in_order[below(modes[i], modes_in_order.len())?];
        let thresholds = match mode {
            Mode::Member => {
                sets.next().ok_or_else(|| unsound("membership_values", "a set for each node", "fewer"))?.to_vec()
            }
            _ => vec![splits[i]],
        };
        // Leaves may have several parents: each of these has its own.
        let mut side = |which: usize| match are_leaves[which][i] {
            0 => below(sides[which][i], count),
            _ => {
                leaves.push(leaf(sides[which][i])?);
                Ok(count + leaves.len() - 1)
            }
        };
        let sides = [side(0)?, side(1)?];
        let missing_is_true = missing.get(i).is_some_and(|&x| x != 0);
        parts.push(check_split(Split { mode, feature: features[i], thresholds, missing_is_true, sides })?);
    }
    let mut roots = Vec::new();
    for root in step.integers("tree_roots") {
        let root = below(root, count)?;
        // A tree of one leaf is a node both of whose sides it is.
        let is_leaf = are_leaves.iter().all(|are| are[root] != 0) && sides[0][root] == sides[1][root];
        if is_leaf {
            leaves.push(leaf(sides[0][root])?);
            roots.push(count + leaves.len() - 1);
        } else {
            roots.push(root);
        }
    }
    if roots.is_empty() {
        return Err(unsound("tree_roots", "at least 1", "none"));
    }
    parts.append(&mut leaves);
    Ok(Ensemble { parts, roots, targets })
}
