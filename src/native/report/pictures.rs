//! The pictures of a fit.

use super::super::train::Standing;
use super::super::train::insight::{ClassCurves, Dependence, Insight, Line, Mistake, Ticks};
use super::png;
use super::svg::{Bar, Plot, bars, range, short};
use crate::markup::escaped;

/// The most bars of a picture.
pub const MAX_BARS: usize = 20;
const SHARES: [[f64; 2]; 2] = [[0.0, 1.0], [0.0, 1.0]];

/// Every candidate, from best to worst.
pub fn leaderboard(standings: &[Standing]) -> String {
    let shown = standings.iter().enumerate().filter(|(i, standing)| *i < MAX_BARS || standing.chosen);
    let bar = |(_, standing): (usize, &Standing)| Bar {
        name: standing.model.clone(),
        value: standing.loss.mean,
        error: standing.loss.std,
        note: format!("{} · {} B", short(standing.loss.mean), standing.bytes),
        is_marked: standing.chosen,
    };
    bars("The candidates and their losses", &shown.map(bar).collect::<Vec<_>>())
}

/// How far off the model is, and how it came there.
pub fn quality(insight: &Insight) -> Vec<String> {
    let mut figures = Vec::new();
    if !insight.residuals.is_empty() {
        figures.extend(regression(&insight.residuals));
    }
    if !insight.classes.is_empty() {
        figures.extend(classification(&insight.classes));
    }
    if insight.learning.len() > 1 {
        figures.push(learning(&insight.learning));
    }
    figures
}

/// A picture with what it is and, if there are several, the names of its colours.
pub fn figure(caption: &str, names: &[&str], svg: &str) -> String {
    let spans: String = names
        .iter()
        .enumerate()
        .map(|(i, name)| format!("<span class='c{}'>{}</span>", i % 8, escaped(name)))
        .collect();
    let key = if names.len() > 1 { format!("<div class='key'>{spans}</div>") } else { String::new() };
    format!("<figure><figcaption>{}</figcaption>{svg}{key}</figure>", escaped(caption))
}

fn regression(points: &[[f64; 2]]) -> [String; 2] {
    let both = range(points.iter().flatten().copied());
    let truth = Plot::new("Truth by prediction", [both, both], ["predicted", "true"]).diagonal().dots(points, 0);
    let off: Vec<[f64; 2]> = points.iter().map(|[p, y]| [*p, y - p]).collect();
    let ranges = [range(off.iter().map(|point| point[0])), range(off.iter().map(|point| point[1]))];
    let level = [[ranges[0][0], 0.0], [ranges[0][1], 0.0]];
    let residuals = Plot::new("Residuals by prediction", ranges, ["predicted", "true − predicted"]);
    [
        figure("Truth by prediction: right on the line", &[], &truth.svg()),
        figure("Residuals by prediction", &[], &residuals.dots(&off, 0).line(&level, 7).svg()),
    ]
}

fn classification(classes: &[ClassCurves]) -> [String; 3] {
    let names: Vec<&str> = classes.iter().map(|curves| &*curves.class).collect();
    let of = |plot: Plot, line: &dyn Fn(&ClassCurves) -> Vec<[f64; 2]>| {
        classes.iter().enumerate().fold(plot, |plot, (i, curves)| plot.line(&line(curves), i)).svg()
    };
    let roc = Plot::new("ROC", SHARES, ["others taken for it", "found"]).diagonal();
    let precision = Plot::new("Precision and recall", SHARES, ["found", "right among those taken for it"]);
    let calibration = Plot::new("Calibration", SHARES, ["probability given", "share that came true"]).diagonal();
    let mean = |curves: &ClassCurves| curves.calibration.iter().map(|(point, _)| *point).collect();
    [
        figure("Receiver operating characteristic", &names, &of(roc, &|curves| curves.roc.clone())),
        figure("Precision and recall", &names, &of(precision, &|curves| curves.precision.clone())),
        figure("Calibration: honest on the line", &names, &of(calibration, &mean)),
    ]
}

fn learning(curve: &[(f64, Option<f64>)]) -> String {
    let train: Vec<[f64; 2]> = curve.iter().zip(1..).map(|((loss, _), i)| [f64::from(i), *loss]).collect();
    let other: Vec<[f64; 2]> =
        curve.iter().zip(1..).filter_map(|((_, loss), i)| Some([f64::from(i), (*loss)?])).collect();
    let ranges = [[1.0, curve.len() as f64], range(train.iter().chain(&other).map(|point| point[1]))];
    let plot = Plot::new("Loss by iteration", ranges, ["iteration", "loss"]).line(&train, 0);
    let names: &[&str] = if other.is_empty() { &[] } else { &["rows fitted", "rows that decide when to stop"] };
    figure("Loss after each iteration", names, &plot.line(&other, 1).svg())
}

/// Images with what they are and what they were taken for.
pub fn mistakes(mistakes: &[Mistake]) -> String {
    let of_one = |Mistake { picture, truth, answer }: &Mistake| {
        let (truth, answer, source) = (escaped(truth), escaped(answer), png::address(picture));
        format!("<figure><img src='{source}' alt='{truth}'><figcaption>{truth} → {answer}</figcaption></figure>")
    };
    mistakes.iter().map(of_one).collect()
}

/// How much each column matters.
pub fn importance(insight: &Insight) -> String {
    let bar = |importance: &super::super::train::insight::Importance| Bar {
        name: importance.column.clone(),
        value: importance.mean,
        error: importance.std,
        note: short(importance.mean),
        is_marked: importance.mean > 2.0 * importance.std,
    };
    bars("The columns and their importance", &insight.importance.iter().take(MAX_BARS).map(bar).collect::<Vec<_>>())
}

/// How the answer moves with columns.
pub fn dependence(insight: &Insight) -> Vec<String> {
    let of_column = |Dependence { column, ticks, lines }: &Dependence| {
        let names: Vec<&str> = lines.iter().map(|line| &*line.name).collect();
        match ticks {
            Ticks::Numbers(at) => {
                let ranges =
                    [range(at.iter().copied()), range(lines.iter().flat_map(|line| line.means.iter().copied()))];
                let plot = Plot::new(&format!("The mean answer by {column}"), ranges, [column, "mean answer"]);
                let points = |line: &Line| at.iter().zip(&line.means).map(|(x, y)| [*x, *y]).collect::<Vec<_>>();
                let drawn = lines.iter().enumerate().fold(plot, |plot, (i, line)| plot.line(&points(line), i));
                figure(column, &names, &drawn.svg())
            }
            Ticks::Names(at) => {
                let bar = |(name, mean): (&String, &f64)| Bar {
                    name: name.clone(),
                    value: *mean,
                    error: 0.0,
                    note: short(*mean),
                    is_marked: true,
                };
                let of_line = |line: &Line| {
                    let all: Vec<Bar> = at.iter().zip(&line.means).map(bar).collect();
                    let caption = if lines.len() > 1 { format!("{column}: {}", line.name) } else { column.clone() };
                    figure(&caption, &[], &bars(&caption, &all))
                };
                lines.iter().map(of_line).collect()
            }
        }
    };
    insight.dependence.iter().map(of_column).collect()
}
