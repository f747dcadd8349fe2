//! What rows look like: how often each feature's values fall where. Clients compare with it what they are asked.

use super::Encoded;
use super::write;
use crate::model::{InputKind, Labels, Method, Signature};
use serde_json::{Value, json};

/// Between how many equal shares of the rows the edges of a numeric feature lie.
const SHARES: usize = 10;
/// The most categories of an input that is described.
const MAX_CATEGORIES: usize = 1000;
/// The most inputs that are described.
const MAX_INPUTS: usize = 1000;

/// The profile of encoded rows, and of what a model's `predict` answers to them: so many numbers, row by row.
///
/// Dates are counted as their milliseconds. Texts, inputs of very many categories and those behind very many others are left out.
pub fn profile(signature: &Signature, encoded: &Encoded, predictions: Option<&[f64]>) -> Value {
    let width = signature.inputs.len();
    let rows = encoded.rows.len() / width;
    let inputs = signature.inputs.iter().enumerate().filter_map(|(j, input)| {
        let values = encoded.rows.iter().skip(j).step_by(width).copied();
        match &input.kind {
            InputKind::Numeric | InputKind::Unbounded | InputKind::Date => Some(numeric(&input.name, values.collect())),
            InputKind::Categorical { categories, .. } if categories.len() <= MAX_CATEGORIES => {
                Some(categorical(&input.name, categories, values))
            }
            InputKind::Categorical { .. } | InputKind::Text => None,
        }
    });
    let answers = predictions.unwrap_or_default();
    let answered = answers.len().checked_div(rows).unwrap_or(0);
    let names = if answered == 0 { Vec::new() } else { signature.columns(Method::Predict, answered) };
    let outputs = names.iter().enumerate().map(|(j, name)| {
        let values = answers.iter().skip(j).step_by(answered).copied();
        match signature.classes.get(j) {
            Some(classes) => categorical(name, classes, values),
            None => numeric(name, values.collect()),
        }
    });
    json!({ "rows": rows, "inputs": inputs.take(MAX_INPUTS).collect::<Vec<_>>(), "outputs": outputs.collect::<Vec<_>>() })
}

/// Counts numbers between the deciles of those that are there.
fn numeric(name: &str, values: Vec<f64>) -> Value {
    let mut there: Vec<f64> = values.iter().copied().filter(|x| !x.is_nan()).collect();
    there.sort_by(f64::total_cmp);
    // The value below which a share of all are, by its rank; JSON holds no infinite ones.
    let decile = |share: usize| there.get((there.len() * share).div_ceil(SHARES).saturating_sub(1)).copied();
    // Plus 0, so that the two zeros are one edge.
    let mut edges: Vec<f64> = (1..SHARES).filter_map(decile).filter(|x| x.is_finite()).map(|x| x + 0.0).collect();
    edges.dedup();
    let mut counts = vec![0_u64; edges.len() + 1];
    for x in &there {
        counts[edges.partition_point(|edge| edge < x)] += 1;
    }
    json!({ "name": name, "edges": edges, "counts": counts, "missing": values.len() - there.len() })
}

/// Counts categories by their index; -1 is one that the model does not know.
fn categorical(name: &str, categories: &Labels, values: impl Iterator<Item = f64>) -> Value {
    let mut counts = vec![0_u64; categories.len()];
    let (mut missing, mut unknown) = (0_u64, 0_u64);
    for x in values {
        match counts.get_mut(x as usize) {
            _ if x.is_nan() => missing += 1,
            Some(count) if x >= 0.0 => *count += 1,
            _ => unknown += 1,
        }
    }
    let categories: Vec<_> = categories.iter().map(write::json).collect();
    json!({ "name": name, "categories": categories, "counts": counts, "missing": missing, "unknown": unknown })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Input;

    #[test]
    fn counts_between_deciles() {
        let tens = numeric("x", (1..=100).map(f64::from).collect());
        assert_eq!(tens["edges"], json!([10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0]));
        assert_eq!(tens["counts"], json!([10, 10, 10, 10, 10, 10, 10, 10, 10, 10]));
        let few = numeric("x", vec![1.0, f64::NAN, 1.0, -0.0, 0.0, f64::INFINITY]);
        assert_eq!(few, json!({ "name": "x", "edges": [0.0, 1.0], "counts": [2, 2, 1], "missing": 1 }));
        assert_eq!(numeric("x", vec![]), json!({ "name": "x", "edges": [], "counts": [0], "missing": 0 }));
    }

    #[test]
    fn counts_the_answers_of_each_target() {
        let names = |names: [&str; 2]| names.map(str::to_owned).to_vec();
        let signature = Signature {
            inputs: vec![Input::numeric("x")],
            targets: names(["kind", "indoor"]),
            classes: vec![Labels::Strings(names(["cat", "dog"])), Labels::Booleans(vec![false, true])],
            outputs: Vec::new(),
        };
        let encoded = Encoded { rows: vec![1.0, 2.0], texts: Default::default(), unused: Vec::new() };
        let described = profile(&signature, &encoded, Some(&[0.0, 1.0, 1.0, 1.0]));
        let output = |name, categories: Value, counts: [u64; 2]| json!({ "name": name, "categories": categories, "counts": counts, "missing": 0, "unknown": 0 });
        let expected = [output("kind", json!(["cat", "dog"]), [1, 1]), output("indoor", json!([false, true]), [0, 2])];
        assert_eq!(described["outputs"], json!(expected));
    }

    #[test]
    fn counts_categories_by_their_own_type() {
        let counted =
            categorical("plan", &Labels::Booleans(vec![false, true]), [1.0, 1.0, 0.0, -1.0, f64::NAN].into_iter());
        let expected =
            json!({ "categories": [false, true], "counts": [1, 2], "missing": 1, "unknown": 1, "name": "plan" });
        assert_eq!(counted, expected);
    }
}
