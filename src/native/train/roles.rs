//! Columns that say something of the rows and are not learned from: how much each counts, and which may be on both sides of a
//! split.

use super::options::Options;
use super::target::{Target, bad, find, index, refuse_gaps};
use crate::error::Result;
use crate::model::Labels;
use crate::native::data::{Column, Table, Values};

/// What the rows' own columns say of them.
pub struct Roles {
    /// How much each row counts, above 0.
    pub weights: Option<Vec<f64>>,
    /// How rows are split.
    pub order: Order,
}

/// What decides which rows are fitted and which scored.
pub enum Order {
    /// Chance, with each class's share the same on both sides.
    Shuffled,
    /// Chance, but rows of one group, by its number, stay together.
    Groups(Vec<u32>),
    /// Time: the place of each row in it. Later rows are scored by models of earlier ones.
    Time(Vec<u32>),
}

impl Roles {
    /// Reads the columns that the options name.
    ///
    /// # Errors
    /// [`Kind::BadTarget`](crate::error::Kind::BadTarget) for a column that is not there, has gaps, or says nothing that can be
    /// followed.
    pub fn read(table: &Table, options: &Options) -> Result<Self> {
        let column = |name: &Option<String>, option| -> Result<Option<&Column>> {
            let Some(name) = name else { return Ok(None) };
            let column = find(table, name).map_err(|error| error.within(option))?;
            refuse_gaps(column).map_err(|error| error.within(option))?;
            Ok(Some(column))
        };
        let weights = column(&options.roles.weight, "--weight")?.map(weights).transpose()?;
        let order = match (column(&options.roles.group, "--group")?, column(&options.roles.time, "--time")?) {
            (Some(groups), _) => Order::Groups(places(groups)),
            (None, Some(times)) => Order::Time(ranks(&places(times))),
            (None, None) => Order::Shuffled,
        };
        Ok(Self { weights, order })
    }

    /// How much some rows count; `None` if all count alike. Balanced, each class counts as much as any other.
    pub fn counts(&self, target: &Target, balanced: bool, rows: &[usize]) -> Option<Vec<f64>> {
        let own = self.weights.as_ref().map(|weights| rows.iter().map(|&row| weights[row]).collect::<Vec<f64>>());
        if !balanced {
            return own;
        }
        // scikit-learn's: rows / (classes × rows of the class), rows counted by their own weights.
        let mut weights = own.unwrap_or_else(|| vec![1.0; rows.len()]);
        let mut counts = vec![0.0; target.class_count()];
        let class = |row: usize| target.values[row] as usize;
        weights.iter().zip(rows).for_each(|(weight, &row)| counts[class(row)] += weight);
        let share = weights.iter().sum::<f64>() / counts.len() as f64;
        weights.iter_mut().zip(rows).for_each(|(weight, &row)| *weight *= share / counts[class(row)]);
        Some(weights)
    }
}

fn weights(column: &Column) -> Result<Vec<f64>> {
    let Some(weights) = column.values.numbers() else {
        return Err(bad(column, "numbers above 0", column.values.type_name()));
    };
    match weights.iter().position(|&weight| weight <= 0.0) {
        None => Ok(weights),
        Some(row) => Err(bad(column, "numbers above 0", weights[row].to_string()).within(&format!("row {row}"))),
    }
}

/// For each row the place of its value among the sorted ones.
fn places(column: &Column) -> Vec<u32> {
    let indices = match &column.values {
        Values::Numbers(values) | Values::Dates(values) => return among(values),
        Values::Integers(values) => index(values, Labels::Integers).1,
        Values::Booleans(values) => index(values, Labels::Booleans).1,
        // Dates may be written in several ways, and then their letters are in no order.
        Values::Texts(values) => match column.values.dates() {
            Ok(dates) => return among(&dates),
            Err(_) => index(values, Labels::Strings).1,
        },
    };
    indices.into_iter().map(|place| place as u32).collect()
}

/// The place of each number among the sorted ones.
fn among(values: &[f64]) -> Vec<u32> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    values.iter().map(|x| sorted.partition_point(|y| y < x) as u32).collect()
}

/// The place of each row among all, those of one time in the order of the table.
fn ranks(places: &[u32]) -> Vec<u32> {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by_key(|&row| places[row]);
    let mut ranks = vec![0; places.len()];
    order.into_iter().zip(0..).for_each(|(row, rank)| ranks[row] = rank);
    ranks
}
