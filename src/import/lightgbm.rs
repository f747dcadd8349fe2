//! LightGBM's text files: sections of `key=value` lines, the header and then one for each tree.
//!
//! Comparisons and sums are in f64, as LightGBM's own; trees are added in order, so scores are the same bits.

use super::trees::{self, Node, Rule};
use crate::error::{Error, Kind, Result};
use crate::model::forest::{Forest, Precision};
use crate::model::*;
use std::collections::HashMap;
use std::str::FromStr;

/// The most features and outputs of a file: what a row of a model may have.
const MAX_COUNT: usize = 1 << 16;

/// The largest number that counts as 0: LightGBM's `kZeroThreshold`.
const ZERO: f64 = 1e-35_f32 as f64;

/// A section: its name for errors and its lines by key.
struct Section<'a> {
    name: String,
    lines: HashMap<&'a str, &'a str>,
}

impl<'a> Section<'a> {
    fn new(name: &str, text: &'a str) -> Self {
        let lines = text.lines().filter_map(|line| line.split_once('=')).map(|(key, value)| (key, value.trim()));
        Self { name: name.to_owned(), lines: lines.collect() }
    }

    fn text(&self, key: &str) -> Result<&'a str> {
        self.lines.get(key).copied().ok_or_else(|| self.wrong(key, "a line with it", "none"))
    }

    fn number<T: FromStr>(&self, key: &str) -> Result<T> {
        let text = self.text(key)?;
        text.parse().map_err(|_| self.wrong(key, "a number", text))
    }

    fn numbers<T: FromStr>(&self, key: &str, count: usize) -> Result<Vec<T>> {
        let text = if count == 0 { self.lines.get(key).copied().unwrap_or_default() } else { self.text(key)? };
        let numbers: Vec<T> = (text.split_ascii_whitespace())
            .map(|number| number.parse().map_err(|_| self.wrong(key, "numbers", number)))
            .collect::<Result<_>>()?;
        if numbers.len() == count {
            return Ok(numbers);
        }
        Err(self.wrong(key, &format!("{count} numbers"), &numbers.len().to_string()))
    }

    fn wrong(&self, key: &str, expected: &str, found: &str) -> Error {
        Error::new(Kind::InvalidModel, format!("{}: {key}", self.name), expected.to_owned(), found.to_owned())
            .hint("The file is damaged, or was changed by hand: write it again with save_model.")
    }
}

/// How scores become answers.
enum Link {
    Identity,
    /// The logistic function of this many times the score.
    Logistic(f64),
    Softmax,
}

/// Reads a model.
pub(super) fn read(text: &str) -> Result<Model> {
    let (trees_text, rest) = text.split_once("\nend of trees").unwrap_or((text, ""));
    let mut sections = trees_text.split("\nTree=");
    let header = Section::new("header", sections.next().unwrap_or_default());
    let sections: Vec<Section<'_>> =
        sections.enumerate().map(|(i, text)| Section::new(&format!("Tree={i}"), text)).collect();
    let width = header.number::<usize>("max_feature_idx")?.saturating_add(1);
    let outputs = header.number::<usize>("num_tree_per_iteration")?;
    for (key, count) in [("max_feature_idx", width), ("num_tree_per_iteration", outputs)] {
        if !(1..=MAX_COUNT).contains(&count) {
            return Err(header.wrong(key, &format!("1 to {MAX_COUNT}"), &count.to_string()));
        }
    }
    let mut blockers = Vec::new();
    let objective = header.lines.get("objective").copied().unwrap_or("none given");
    let link = link(objective, outputs);
    if link.is_none() {
        blockers.push(format!("objective \"{objective}\": its link function is not known"));
    }
    if trees_text.lines().any(|line| line == "average_output") {
        blockers.push("average_output: a random forest's averages are not known".to_owned());
    }
    if rest.lines().any(|line| line.starts_with("pandas_categorical:") && line.contains("[[")) {
        blockers.push("pandas_categorical: categories by name are not known; train on their codes".to_owned());
    }
    let mut forest = trees::forest(width, Precision::F64, Precision::F64, vec![0.0; outputs]);
    if sections.is_empty() || !sections.len().is_multiple_of(outputs) {
        let found = sections.len().to_string();
        return Err(header.wrong("trees", &format!("a multiple of num_tree_per_iteration, {outputs}"), &found));
    }
    for (i, section) in sections.iter().enumerate() {
        let nodes = nodes(section, &mut blockers)?;
        let target = Some((i % outputs) as u32);
        trees::add(&mut forest, nodes, target).map_err(|error| error.within(&section.name))?;
    }
    match link {
        Some(link) if blockers.is_empty() => Model::new(parts(&header, forest, link)),
        _ => {
            blockers.dedup();
            let found = blockers.join("; ");
            Err(Error::new(Kind::Unsupported, "model", "a model whose numbers edgelet can reproduce", found))
        }
    }
}

/// What an objective's line says of the way from scores to answers; `None` if it is not known.
fn link(objective: &str, outputs: usize) -> Option<Link> {
    let mut words = objective.split_ascii_whitespace();
    let (name, options): (_, Vec<&str>) = (words.next()?, words.collect());
    match name {
        "regression" | "regression_l1" | "huber" | "fair" | "quantile" | "mape" | "lambdarank" | "rank_xendcg"
            if !options.contains(&"sqrt") && outputs == 1 =>
        {
            Some(Link::Identity)
        }
        "binary" if outputs == 1 => {
            let factor = options.iter().find_map(|option| option.strip_prefix("sigmoid:"))?.parse().ok()?;
            Some(Link::Logistic(factor)).filter(|_| f64::is_finite(factor) && factor > 0.0)
        }
        "multiclass" if outputs > 1 => Some(Link::Softmax),
        _ => None,
    }
}

/// A tree's nodes: its splits, then its leaves.
fn nodes(section: &Section<'_>, blockers: &mut Vec<String>) -> Result<Vec<Node>> {
    let leaves: usize = section.number("num_leaves")?;
    let values = section.numbers::<f64>("leaf_value", leaves)?;
    let Some(splits) = leaves.checked_sub(1) else {
        return Err(section.wrong("num_leaves", "at least 1", "0"));
    };
    if section.lines.get("is_linear").is_some_and(|value| *value != "0") {
        blockers.push("linear_tree: leaves that are linear functions are not known".to_owned());
    }
    let features = section.numbers::<usize>("split_feature", splits)?;
    let thresholds = section.numbers::<f64>("threshold", splits)?;
    let decisions = section.numbers::<u8>("decision_type", splits)?;
    let children = [section.numbers::<i64>("left_child", splits)?, section.numbers::<i64>("right_child", splits)?];
    let sets: usize = section.number("num_cat")?;
    let (bounds, words) = if sets == 0 {
        (Vec::new(), Vec::new())
    } else {
        let bounds = section.numbers::<usize>("cat_boundaries", sets.saturating_add(1))?;
        let count = bounds.last().copied().unwrap_or(0);
        (bounds, section.numbers::<u32>("cat_threshold", count)?)
    };
    // A child below 0 is the leaf ~child.
    let child = |x: i64| if x >= 0 { x as usize } else { splits.saturating_add(!x as usize) };
    let mut nodes = Vec::with_capacity(splits + leaves);
    for i in 0..splits {
        let (threshold, missing) = (thresholds[i], decisions[i] >> 2 & 3);
        let (rule, missing_left) = if decisions[i] & 1 == 1 {
            let at = threshold as usize;
            let set = bounds.get(at).zip(bounds.get(at.saturating_add(1))).and_then(|(&a, &b)| words.get(a..b));
            let set = set.ok_or_else(|| section.wrong("threshold", "the index of a set", &threshold.to_string()))?;
            (Rule::In(set.to_vec()), false)
        } else {
            let rule = Rule::AtMost(among_all(threshold));
            match missing {
                // A missing number counts as 0.
                0 => (rule, 0.0 <= threshold),
                2 => (rule, decisions[i] & 2 == 2),
                _ => {
                    blockers.push("zero_as_missing: zeros that count as missing are not known".to_owned());
                    (rule, false)
                }
            }
        };
        let (left, right) = (child(children[0][i]), child(children[1][i]));
        nodes.push(Node::Split { feature: features[i], rule, left, right, missing_left });
    }
    nodes.extend(values.into_iter().map(|value| Node::Leaf(vec![value])));
    Ok(nodes)
}

/// The threshold that sends every number to where LightGBM sends it: it takes numbers as small as [`ZERO`] for 0.
fn among_all(threshold: f64) -> f64 {
    if threshold >= 0.0 {
        threshold.max(ZERO)
    } else if threshold >= -ZERO {
        (-ZERO).next_down()
    } else {
        threshold
    }
}

/// The model of a forest and its link.
fn parts(header: &Section<'_>, forest: Forest, link: Link) -> Parts {
    let (width, outputs) = (forest.width, forest.base.len());
    let names: Vec<&str> = header.lines.get("feature_names").map_or(Vec::new(), |names| names.split(' ').collect());
    let name = |i: usize| if names.len() == width { names[i].to_owned() } else { format!("x{i}") };
    let input = |i| Input { missing: Missing::Accepted, ..Input::numeric(name(i)) };
    let node = |name: &str, operator: Operator, input| crate::model::Node {
        name: name.to_owned(),
        operator,
        inputs: vec![input],
    };
    let mut nodes = vec![node("trees", forest.into(), 0)];
    let output = |method, value| Output { method, value };
    let mut answers = vec![output(Method::DecisionFunction, 1)];
    let classes = match link {
        Link::Identity => {
            answers = vec![output(Method::Predict, 1)];
            None
        }
        Link::Logistic(factor) => {
            let scale = Linear { width: 1, coefficients: vec![factor], intercepts: vec![0.0] };
            nodes.push(node("scale", scale.into(), 1));
            nodes.push(node("probabilities", Sigmoid.into(), 2));
            nodes.push(node("decision", Binarize { threshold: 0.0 }.into(), 1));
            answers.extend([output(Method::PredictProba, 3), output(Method::Predict, 4)]);
            Some(Labels::Integers(vec![0, 1]))
        }
        Link::Softmax => {
            nodes.push(node("probabilities", Softmax.into(), 1));
            nodes.push(node("decision", ArgMax.into(), 2));
            answers.extend([output(Method::PredictProba, 2), output(Method::Predict, 3)]);
            Some(Labels::Integers((0..outputs as i64).collect()))
        }
    };
    let objective = header.lines.get("objective").copied().unwrap_or_default();
    Parts {
        signature: Signature {
            inputs: (0..width).map(input).collect(),
            targets: vec!["prediction".to_owned()],
            classes,
            outputs: answers,
        },
        graph: Graph { nodes },
        provenance: Provenance {
            framework: "lightgbm".to_owned(),
            version: header.lines.get("version").map_or(String::new(), |version| format!("file {version}")),
            estimator: objective.to_owned(),
            ..Provenance::default()
        },
        tests: TestRows::default(),
    }
}
