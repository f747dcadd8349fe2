//! What each number of each value is made of: a single feature, or several, or a sum that an estimator makes.

use crate::model::{Combine, DateParts, Model, Node, OneHot, Operator, Polynomial, Select};
use std::iter::repeat_n;

/// What a number is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Nothing: it is the same for all rows.
    Nothing,
    /// One feature.
    Of(u32),
    /// Several, mixed by the node.
    Mixed(u32),
    /// It is a sum that can be divided among what it was made of.
    Score,
}

impl Column {
    /// What a number is that node `i` makes of two.
    fn with(self, other: Self, i: u32) -> Self {
        match (self, other) {
            (Column::Mixed(_), _) | (_, Column::Nothing) => self,
            (_, Column::Mixed(_)) | (Column::Nothing, _) => other,
            _ if self == other => self,
            _ => Column::Mixed(i),
        }
    }
}

/// What the numbers of every value are made of, by id.
pub fn of(model: &Model) -> Vec<Vec<Column>> {
    let mut columns: Vec<Vec<Column>> = vec![(0..model.width(0) as u32).map(Column::Of).collect()];
    for (node, i) in model.graph().nodes.iter().zip(0..) {
        let made = of_node(node, i, &columns, model.width(i + 1));
        columns.push(made);
    }
    columns
}

/// What the numbers are made of that a node makes.
fn of_node(node: &Node, i: u32, columns: &[Vec<Column>], width: usize) -> Vec<Column> {
    let first = &columns[node.inputs[0] as usize];
    // Of a function of each number, whose sums cannot be divided any more.
    let each = |column: &Column| if *column == Column::Score { Column::Mixed(i) } else { *column };
    match &*node.operator {
        Operator::Select(Select { columns }) => columns.iter().map(|&column| first[column as usize]).collect(),
        Operator::DateParts(DateParts { parts }) => {
            parts.iter().map(|&(column, _)| each(&first[column as usize])).collect()
        }
        Operator::Concat(_) => node.inputs.iter().flat_map(|&input| columns[input as usize].clone()).collect(),
        Operator::Scale(_) | Operator::Rescale(_) => first.clone(),
        Operator::Complement(_) => vec![first[0]; 2],
        Operator::Combine(Combine { multiplies: false }) => {
            let all = |j: usize| node.inputs.iter().map(move |&input| columns[input as usize][j]);
            (0..width).map(|j| all(j).fold(Column::Nothing, |column, other| column.with(other, i))).collect()
        }
        Operator::Impute(_)
        | Operator::Map(_)
        | Operator::Recode(_)
        | Operator::Bins(_)
        | Operator::PowerTransform(_)
        | Operator::Interpolate(_)
        | Operator::Quantile(_) => first.iter().map(each).collect(),
        Operator::OneHot(OneHot { categories }) => {
            let counts = categories.iter().map(|&count| count as usize);
            first.iter().zip(counts).flat_map(|(column, count)| repeat_n(each(column), count)).collect()
        }
        Operator::Spline(spline) => {
            first.iter().flat_map(|column| repeat_n(each(column), spline.per_column())).collect()
        }
        Operator::Polynomial(Polynomial { terms, .. }) => {
            let factor = |&column: &u32| each(&first[column as usize]);
            let product =
                |term: &Vec<u32>| term.iter().map(factor).fold(Column::Nothing, |column, other| column.with(other, i));
            terms.iter().map(product).collect()
        }
        Operator::Forest(forest) => {
            let mixes = first.iter().map(each).find(|column| matches!(column, Column::Mixed(_)));
            // A leaf that is a linear function is none of its split's sides.
            let made = if forest.linear.is_some() { Column::Mixed(i) } else { Column::Score };
            vec![mixes.unwrap_or(made); width]
        }
        Operator::Linear(_) => {
            let mixes = first.iter().find(|column| matches!(column, Column::Mixed(_)));
            vec![mixes.copied().unwrap_or(Column::Score); width]
        }
        Operator::LinearF32(_) => {
            let mixes = first.iter().map(each).find(|column| matches!(column, Column::Mixed(_)));
            vec![mixes.unwrap_or(Column::Score); width]
        }
        _ => {
            let all = node.inputs.iter().flat_map(|&input| &columns[input as usize]).map(each);
            vec![all.fold(Column::Nothing, |column, other| column.with(other, i)); width]
        }
    }
}
