//! The report as a table that reads well on a terminal.

use super::report::{Coefficients, Confusion, Report};
use std::fmt;

/// The most coefficients that are shown.
const MAX_COEFFICIENTS: usize = 20;
/// The most classes whose confusion is shown.
const MAX_CLASSES: usize = 12;
/// The most lines of the leaderboard that are shown.
const MAX_STANDINGS: usize = 10;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { model, rows, features, target, .. } = self;
        match &self.shape[..] {
            [] => writeln!(f, "{model} on {rows} rows × {features} columns, target {target:?}")?,
            shape => writeln!(f, "{model} on {rows} examples of {}, target {target:?}", dimensions(shape))?,
        }
        writeln!(f, "{}: {}", self.task.name(), self.why)?;
        self.write_leaderboard(f)?;
        self.write_metrics(f)?;
        if let Some(confusion) = &self.confusion {
            write_confusion(f, confusion, &self.classes)?;
        }
        self.write_coefficients(f)?;
        if !self.notes.is_empty() {
            writeln!(f)?;
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "note: {note}"))
    }
}

impl Report {
    fn write_leaderboard(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(choice) = &self.choice else { return Ok(()) };
        let loss = self.loss;
        let header =
            ["".to_owned(), "candidate".to_owned(), format!("{loss}, {} folds", self.folds), "bytes".to_owned()];
        let shown = self.leaderboard.iter().enumerate().filter(|(i, standing)| *i < MAX_STANDINGS || standing.chosen);
        let lines = shown.map(|(_, standing)| {
            let mark = if standing.chosen { "*" } else { "" };
            let score = format!("{} ± {}", number(standing.loss.mean), number(standing.loss.std));
            [mark.to_owned(), standing.model.clone(), score, standing.bytes.to_string()]
        });
        writeln!(f)?;
        write_table(f, std::iter::once(header).chain(lines).map(Vec::from).collect(), 2)?;
        if self.leaderboard.len() > MAX_STANDINGS {
            writeln!(f, "  of {} candidates", self.leaderboard.len())?;
        }
        writeln!(f, "chosen: {} — {choice}", self.model)
    }

    fn write_metrics(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut header = vec!["metric".to_owned()];
        if self.folds > 0 {
            header.push(format!("cross-validation ({} folds)", self.folds));
        }
        if self.held_out > 0 {
            header.push(format!("held out ({} rows)", self.held_out));
        }
        header.push(format!("train ({} rows)", self.rows));
        let optional = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), number);
        let lines = self.metrics.iter().map(|scores| {
            let mut line = vec![scores.name.to_owned()];
            if self.folds > 0 {
                let spread = scores.cv.map(|spread| format!("{} ± {}", number(spread.mean), number(spread.std)));
                line.push(spread.unwrap_or_else(|| "–".to_owned()));
            }
            if self.held_out > 0 {
                line.push(optional(scores.test));
            }
            line.push(optional(scores.train));
            line
        });
        writeln!(f)?;
        write_table(f, std::iter::once(header).chain(lines).collect(), 1)?;
        if self.held_out > 0 {
            writeln!(
                f,
                "The rows held out were not seen before they were scored; the model written is refitted to all rows."
            )?;
        }
        Ok(())
    }

    fn write_coefficients(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.coefficients.iter().map(|of_output| of_output.weights.len() + 1).sum::<usize>();
        if shown > MAX_COEFFICIENTS {
            let columns = self.coefficients.first().map_or(0, |of_output| of_output.weights.len());
            return writeln!(f, "\n{} × {columns} coefficients: --json shows them", self.coefficients.len());
        }
        self.coefficients.iter().try_for_each(|of_output| {
            let Coefficients { output, intercept, weights } = of_output;
            writeln!(f, "\ncoefficients of {output}, in the columns' own units")?;
            let lines = weights.iter().map(|(name, weight)| vec![name.clone(), number(*weight)]);
            write_table(f, lines.chain([vec!["(intercept)".to_owned(), number(*intercept)]]).collect(), 1)
        })
    }
}

fn write_confusion(f: &mut fmt::Formatter<'_>, confusion: &Confusion, classes: &[String]) -> fmt::Result {
    if classes.len() > MAX_CLASSES {
        return Ok(());
    }
    let of_split = if confusion.split == "test" { "held out" } else { "train" };
    writeln!(f, "\nconfusion ({of_split}): a line for each true class, a column for each predicted one")?;
    let header = std::iter::once(String::new()).chain(classes.iter().cloned()).collect();
    let lines = classes
        .iter()
        .zip(&confusion.counts)
        .map(|(class, counts)| std::iter::once(class.clone()).chain(counts.iter().map(u64::to_string)).collect());
    write_table(f, std::iter::once(header).chain(lines).collect(), 1)
}

/// Writes cells in columns as wide as they need: the first `left` ones aligned to the left, the others to the right.
pub fn write_table(f: &mut fmt::Formatter<'_>, lines: Vec<Vec<String>>, left: usize) -> fmt::Result {
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let width =
        |j: usize| lines.iter().filter_map(|line| line.get(j)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for line in &lines {
        let mut text = String::new();
        for (j, (cell, &width)) in line.iter().zip(&widths).enumerate() {
            text += &if j < left { format!("  {cell:<width$}") } else { format!("  {cell:>width$}") };
        }
        writeln!(f, "{}", text.trim_end())?;
    }
    Ok(())
}

/// `28 × 28`.
pub fn dimensions(shape: &[usize]) -> String {
    shape.iter().map(usize::to_string).collect::<Vec<_>>().join(" × ")
}

/// About six significant digits.
pub fn number(x: f64) -> String {
    match x.abs() {
        0.0 => "0".to_owned(),
        1e-3..1e7 => {
            let whole_digits = format!("{:.0}", x.abs().trunc()).len();
            format!("{x:.*}", 6_usize.saturating_sub(whole_digits))
        }
        _ => format!("{x:.4e}"),
    }
}
