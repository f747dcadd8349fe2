//! How the answer moves with one column, the others as they are: partial dependence.
//! (Friedman, Greedy Function Approximation, Annals of Statistics 29, 2001, section 8.2.)

use super::super::options::Task;
use super::super::problem::Problem;
use crate::model::{InputKind, Method, Model};

/// The most columns that are looked at.
const MAX_COLUMNS: usize = 6;
/// The most rows that each point is the mean of.
const MAX_ROWS: usize = 500;
/// The most points of a line.
const POINTS: usize = 24;
/// The most categories that are shown.
const MAX_CATEGORIES: usize = 12;
/// The most classes that get a line.
const MAX_CLASSES: usize = 5;

/// How the answer moves with a column.
#[derive(Clone, Debug)]
pub struct Dependence {
    /// The column.
    pub column: String,
    /// Where the points are.
    pub ticks: Ticks,
    /// The mean answers: one line for a number, one for the second of two classes, one for each of more.
    pub lines: Vec<Line>,
}

/// Where points are.
#[derive(Clone, Debug)]
pub enum Ticks {
    /// At numbers, sorted.
    Numbers(Vec<f64>),
    /// At categories.
    Names(Vec<String>),
}

/// Mean answers.
#[derive(Clone, Debug)]
pub struct Line {
    /// What is answered: the target, or a class.
    pub name: String,
    /// One for each tick.
    pub means: Vec<f64>,
}

/// The dependence on the first of the columns that are named by their places.
pub fn of(problem: &Problem, model: &Model, rows: &[usize], places: impl Iterator<Item = usize>) -> Vec<Dependence> {
    let picked = problem.features.rows.pick(&rows[..rows.len().min(MAX_ROWS)]);
    let (method, names) = match (&problem.target.classes, problem.target.task) {
        (Some(labels), Task::Classification) => {
            (Method::PredictProba, labels.iter().map(|label| label.to_string()).collect())
        }
        _ => (Method::Predict, vec![problem.target_name.clone()]),
    };
    let shown = if names.len() == 2 { 1..2 } else { 0..names.len().min(MAX_CLASSES) };
    let of_column = |place: usize| {
        let input = &problem.features.inputs[place];
        let (ticks, at): (Ticks, Vec<f64>) = match &input.kind {
            InputKind::Categorical { categories, .. } => {
                let names: Vec<String> =
                    categories.iter().take(MAX_CATEGORIES).map(|category| category.to_string()).collect();
                let at = (0..names.len()).map(|i| i as f64).collect();
                (Ticks::Names(names), at)
            }
            _ => {
                let numbers = spread(problem.features.rows.pick(rows).column(place));
                (Ticks::Numbers(numbers.clone()), numbers)
            }
        };
        let mut lines: Vec<Line> =
            shown.clone().map(|class| Line { name: names[class].clone(), means: Vec::new() }).collect();
        for x in at {
            let mut set = picked.clone();
            set.values.iter_mut().skip(place).step_by(picked.width).for_each(|value| *value = x);
            let answers = problem.answers_to(model, method, &set);
            let width = answers.len() / set.len();
            for (line, class) in lines.iter_mut().zip(shown.clone()) {
                let sum: f64 = answers.iter().skip(class).step_by(width).sum();
                line.means.push(sum / set.len() as f64);
            }
        }
        Dependence { column: input.name.clone(), ticks, lines }
    };
    // Texts have no order and no place on a line; a date is several numbers at once.
    let is_line = |place: &usize| !matches!(problem.features.inputs[*place].kind, InputKind::Text | InputKind::Date);
    places.filter(is_line).take(MAX_COLUMNS).map(of_column).collect()
}

/// Numbers that stand for a column's: quantiles from the 2nd to the 98th percentile, each once.
fn spread(numbers: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sorted: Vec<f64> = numbers.filter(|x| !x.is_nan()).collect();
    sorted.sort_by(f64::total_cmp);
    if sorted.is_empty() {
        return sorted;
    }
    let last = (sorted.len() - 1) as f64;
    let place = |i: usize| (last * (0.02 + 0.96 * i as f64 / (POINTS - 1) as f64)).round() as usize;
    let mut spread: Vec<f64> = (0..POINTS).map(|i| sorted[place(i)]).collect();
    spread.dedup();
    spread
}
