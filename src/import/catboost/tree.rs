//! Trees: oblivious ones, with the same split all over a level, and others, which lie in each other.
//!
//! x > border goes right, in f32.

use super::super::trees::{Node, Rule};
use super::super::value::{Value, index, wrong};
use super::features::Features;
use crate::error::Result;

/// What reading a tree takes.
pub struct Reader<'a> {
    /// The features that splits name.
    pub features: &'a Features,
    /// How many numbers a leaf has.
    pub outputs: usize,
}

/// Nodes, and the weight of the training rows at each; no weights if the file does not say so.
type Weighted = (Vec<Node>, Vec<f64>);

/// A split on a number.
struct Split {
    feature: usize,
    border: f64,
    missing_left: bool,
}

impl Split {
    fn node(&self, left: usize, right: usize) -> Node {
        let Self { feature, border, missing_left } = *self;
        Node::Split { feature, rule: Rule::AtMost(border), left, right, missing_left }
    }
}

impl Reader<'_> {
    /// The nodes of an oblivious tree; `Err` of the reason if it has a split that is not known.
    ///
    /// # Errors
    /// `InvalidModel` at the part that is damaged, as for all that follow.
    pub fn oblivious(&self, tree: &Value) -> Result<Result<Weighted, String>> {
        let splits = if tree.part("splits")? == &Value::Null { &[] } else { tree.list("splits")? };
        let leaves = 1_usize.checked_shl(splits.len() as u32).and_then(|count| count.checked_mul(self.outputs));
        let values = tree.numbers_of("leaf_values", leaves.unwrap_or(usize::MAX))?;
        let mut levels = Vec::with_capacity(splits.len());
        for (i, split) in splits.iter().enumerate() {
            match self.split(split).map_err(|error| error.within(&format!("splits[{i}]")))? {
                Ok(split) => levels.push(split),
                Err(why) => return Ok(Err(why)),
            }
        }
        // The last split has the highest bit in a leaf's number: with it at the root, leaves lie in order.
        let mut nodes = Vec::with_capacity(2 * values.len() / self.outputs);
        for (level, split) in levels.iter().rev().enumerate() {
            for _ in 0..1_usize << level {
                let i = nodes.len();
                nodes.push(split.node(2 * i + 1, 2 * i + 2));
            }
        }
        let mut weights = Vec::new();
        if tree.find("leaf_weights").is_some() {
            weights = vec![0.0; nodes.len()];
            weights.extend(tree.numbers_of("leaf_weights", values.len() / self.outputs)?);
        }
        nodes.extend(values.chunks_exact(self.outputs).map(|values| Node::Leaf(values.to_vec())));
        Ok(Ok((nodes, weights)))
    }

    /// The nodes of a tree of any shape.
    pub fn any(&self, tree: &Value) -> Result<Result<Weighted, String>> {
        let (mut nodes, mut weights) = (Vec::new(), Vec::new());
        // Values in the order in which their nodes come.
        let mut ways = vec![tree];
        let mut next = 0;
        while let Some(&value) = ways.get(next) {
            next += 1;
            if value.find("split").is_none() {
                nodes.push(Node::Leaf(self.leaf(value)?));
                weights.extend(value.number::<f64>("weight").ok());
                continue;
            }
            let split = match self.split(value.part("split")?)? {
                Ok(split) => split,
                Err(why) => return Ok(Err(why)),
            };
            nodes.push(split.node(ways.len(), ways.len() + 1));
            weights.push(0.0);
            ways.extend([value.part("left")?, value.part("right")?]);
        }
        weights.truncate(if weights.len() == nodes.len() { weights.len() } else { 0 });
        Ok(Ok((nodes, weights)))
    }

    fn leaf(&self, leaf: &Value) -> Result<Vec<f64>> {
        match leaf.part("value")? {
            Value::Number(value) if self.outputs == 1 => Ok(vec![*value]),
            _ => leaf.numbers_of("value", self.outputs).map(<[f64]>::to_vec),
        }
    }

    /// A split; `Err` of the reason if it is on anything but a number.
    fn split(&self, split: &Value) -> Result<Result<Split, String>> {
        let kind = split.text("split_type")?;
        if kind != "FloatFeature" {
            return Ok(Err(format!("splits of type \"{kind}\" are not known")));
        }
        let count = self.features.floats.len();
        let number = split.number::<f64>("float_feature_index")?;
        let float = index(number, count).map(|i| self.features.floats[i]);
        let float = float.ok_or_else(|| wrong("float_feature_index", format!("below {count}"), number))?;
        let border = f64::from(split.number::<f64>("border")? as f32);
        Ok(Ok(Split { feature: float.place, border, missing_left: !float.missing_is_large }))
    }
}
