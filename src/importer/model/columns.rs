//! Where each number inside a model comes from: followed from the features through the steps that only move or scale them.

use crate::model::{Impute, Model, OneHot, Operator, Rescale, Scale};
use serde::Serialize;

/// Wider values are not followed: nobody can look at so many columns.
const MOST_COLUMNS: usize = 4096;

/// What a number of a value is.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Column {
    /// A feature, times `scale`, plus `shift`.
    Feature { input: usize, scale: f64, shift: f64 },
    /// Whether a feature is one of its categories.
    Category { input: usize, category: usize },
    /// Made of more than one, or in another way.
    Made,
}

/// The columns of every value of a graph; of one that is not followed there are none.
pub(super) struct Columns(Vec<Vec<Column>>);

impl Columns {
    pub(super) fn of(model: &Model) -> Self {
        let features = 0..model.signature().inputs.len();
        let features = features.map(|input| Column::Feature { input, scale: 1.0, shift: 0.0 });
        let mut values: Vec<Vec<Column>> = vec![features.collect()];
        for (node, id) in model.graph().nodes.iter().zip(1..) {
            let inputs: Vec<&[Column]> = node.inputs.iter().map(|&id| &values[id as usize][..]).collect();
            let width = model.width(id);
            let known = inputs.iter().all(|columns| !columns.is_empty()) && width <= MOST_COLUMNS;
            let made = if known { after(&node.operator, &inputs) } else { Vec::new() };
            let unknown = if known { vec![Column::Made; width] } else { Vec::new() };
            values.push(if made.len() == width { made } else { unknown });
        }
        Self(values)
    }

    /// Those of a value.
    pub(super) fn of_value(&self, id: u32) -> &[Column] {
        self.0.get(id as usize).map_or(&[], |columns| columns)
    }
}

/// The columns that an operator makes; none if it does more than move and scale.
fn after(operator: &Operator, inputs: &[&[Column]]) -> Vec<Column> {
    let Some(&columns) = inputs.first() else { return Vec::new() };
    match operator {
        Operator::Select(select) => select.columns.iter().map(|&column| columns[column as usize]).collect(),
        Operator::Concat(_) => inputs.concat(),
        Operator::Impute(Impute { .. }) => columns.to_vec(),
        Operator::Scale(Scale { offsets, divisors }) => {
            let parameters = offsets.iter().zip(divisors);
            let scaled = columns.iter().zip(parameters);
            scaled.map(|(column, (offset, divisor))| column.affine(1.0 / divisor, -offset / divisor)).collect()
        }
        Operator::Rescale(Rescale { factors, offsets }) if factors.len() == columns.len() => {
            let parameters = factors.iter().zip(offsets);
            columns.iter().zip(parameters).map(|(column, (factor, offset))| column.affine(*factor, *offset)).collect()
        }
        Operator::OneHot(OneHot { categories }) => {
            let each = columns.iter().zip(categories);
            each.flat_map(|(column, &count)| (0..count as usize).map(|category| column.is(category))).collect()
        }
        _ => Vec::new(),
    }
}

impl Column {
    fn affine(self, factor: f64, offset: f64) -> Self {
        match self {
            Column::Feature { input, scale, shift } => {
                Column::Feature { input, scale: scale * factor, shift: shift * factor + offset }
            }
            other => other,
        }
    }

    fn is(self, category: usize) -> Self {
        match self {
            Column::Feature { input, scale: 1.0, shift: 0.0 } => Column::Category { input, category },
            _ => Column::Made,
        }
    }
}
