//! A fit as one HTML file to look at: no script, nothing fetched.

mod optimized;
mod pictures;
mod png;
mod svg;
mod unsupervised;

pub use optimized::{Line, optimized};
pub use unsupervised::unsupervised;

use super::train::insight::Insight;
use super::train::{Report, Scores, dimensions};
use crate::markup::escaped;
use std::fmt::Write;
use svg::short;

/// What the pictures look like, in the light and in the dark.
const STYLE: &str = include_str!("report.css");
/// The most classes whose confusion is shown.
const MAX_CLASSES: usize = 20;

/// The file that was written.
pub struct Made<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its size.
    pub bytes: usize,
    /// How long one row takes on this machine, in seconds.
    pub seconds: f64,
}

/// The whole page.
pub fn html(report: &Report, insight: &Insight, made: &Made<'_>) -> String {
    let mut body = String::new();
    head(&mut body, report, made);
    if !report.leaderboard.is_empty() {
        let choice = report.choice.as_deref().unwrap_or_default();
        let _ = write!(
            body,
            "<h2>Candidates</h2><p class='lead'>Chosen: {}, {}.</p><figure><figcaption>{} over {} folds, less is better; behind each bar the bytes that a visitor downloads</figcaption>{}</figure>",
            escaped(&report.model),
            escaped(choice),
            insight.loss,
            report.folds,
            pictures::leaderboard(&report.leaderboard),
        );
    }
    scores(&mut body, report);
    confusion(&mut body, report);
    let whose =
        if insight.split == "test" { "rows held out" } else { "rows that the model was fitted to: none were held out" };
    let _ = write!(
        body,
        "<h2>How far off it is</h2><p class='lead'>On {} {whose}.</p><div class='pictures'>",
        insight.rows
    );
    pictures::quality(insight).into_iter().for_each(|figure| body.push_str(&figure));
    body.push_str("</div>");
    if !insight.mistakes.is_empty() {
        let _ = write!(
            body,
            "<h2>What it gets wrong</h2><p class='lead'>The farthest off first: what each is, and what it was taken for.</p><div class='images'>{}</div>",
            pictures::mistakes(&insight.mistakes)
        );
    }
    if !insight.importance.is_empty() {
        columns(&mut body, insight);
    }
    if !report.notes.is_empty() {
        body.push_str("<h2>Notes</h2>");
        report.notes.iter().for_each(|note| {
            let _ = write!(body, "<p>{}</p>", escaped(note));
        });
    }
    page(&format!("{} · {}", report.target, report.model), &body)
}

/// Which columns matter, and how.
fn columns(body: &mut String, insight: &Insight) {
    let _ = write!(
        body,
        "<h2>Which columns matter</h2><figure><figcaption>How much larger {} becomes when a column's values are dealt out anew among the rows, mean and deviation of five times</figcaption>{}</figure>",
        insight.loss,
        pictures::importance(insight),
    );
    body.push_str("<h2>How the answer moves</h2><p class='lead'>The mean answer for each value of a column, the others as they are.</p><div class='pictures'>");
    pictures::dependence(insight).into_iter().for_each(|figure| body.push_str(&figure));
    body.push_str("</div>");
}

/// A page of that title around its body.
fn page(title: &str, body: &str) -> String {
    let title = escaped(title);
    format!(
        "<!doctype html><html lang='en'><meta charset='utf-8'><meta name='viewport' content='width=device-width'><title>{title}</title><style>{STYLE}</style><main>{body}</main></html>\n"
    )
}

fn head(page: &mut String, report: &Report, made: &Made<'_>) {
    let _ = write!(
        page,
        "<h1>{}</h1><p class='lead'>{} for {}: {}.</p>",
        escaped(made.name),
        escaped(&report.model),
        escaped(&report.target),
        escaped(&report.why),
    );
    let of_row = match &report.shape[..] {
        [] => ("columns", report.features.to_string()),
        shape => ("numbers of each", dimensions(shape)),
    };
    facts(page, made, report.download, report.rows, of_row);
}

/// The numbers that one asks for first.
fn facts(page: &mut String, made: &Made<'_>, download: u64, rows: usize, of_row: (&str, String)) {
    page.push_str("<dl class='facts'>");
    let nanoseconds = made.seconds * 1e9;
    let time = match nanoseconds {
        ..1e3 => format!("{nanoseconds:.0} ns"),
        1e3..1e6 => format!("{:.1} µs", nanoseconds / 1e3),
        _ => format!("{:.1} ms", nanoseconds / 1e6),
    };
    for (name, value) in [
        ("a visitor downloads", format!("{download} bytes")),
        ("the file", format!("{} bytes", made.bytes)),
        ("one row, natively here", time),
        ("rows learned from", rows.to_string()),
        of_row,
    ] {
        let _ = write!(page, "<div><dt>{name}</dt><dd>{value}</dd></div>");
    }
    page.push_str("</dl>");
}

fn scores(page: &mut String, report: &Report) {
    page.push_str("<h2>Scores</h2><div class='scroll'><table><tr><th></th>");
    if report.folds > 0 {
        let _ = write!(page, "<th>cross-validation, {} folds</th>", report.folds);
    }
    if report.held_out > 0 {
        let _ = write!(page, "<th>held out, {} rows</th>", report.held_out);
    }
    let _ = write!(page, "<th>train, {} rows</th></tr>", report.rows);
    for Scores { name, cv, test, train } in &report.metrics {
        let _ = write!(page, "<tr><td>{name}</td>");
        let number = |value: &Option<f64>| value.map_or_else(|| "–".to_owned(), short);
        if report.folds > 0 {
            let cell = cv.map_or_else(|| "–".to_owned(), |cv| format!("{} ± {}", short(cv.mean), short(cv.std)));
            let _ = write!(page, "<td>{cell}</td>");
        }
        if report.held_out > 0 {
            let _ = write!(page, "<td>{}</td>", number(test));
        }
        let _ = write!(page, "<td>{}</td></tr>", number(train));
    }
    page.push_str("</table></div>");
}

fn confusion(page: &mut String, report: &Report) {
    let Some(confusion) = report.confusion.as_ref().filter(|_| report.classes.len() <= MAX_CLASSES) else { return };
    page.push_str("<h2>Confusion</h2><p class='lead'>A line for each true class, a column for each predicted one.</p><div class='scroll'><table><tr><th></th>");
    report.classes.iter().for_each(|class| {
        let _ = write!(page, "<th>{}</th>", escaped(class));
    });
    page.push_str("</tr>");
    for (class, counts) in report.classes.iter().zip(&confusion.counts) {
        let _ = write!(page, "<tr><td>{}</td>", escaped(class));
        let sum = counts.iter().sum::<u64>().max(1);
        counts.iter().for_each(|count| {
            let share = count * 70 / sum;
            let _ = write!(page, "<td class='hot' style='--share:{share}'>{count}</td>");
        });
        page.push_str("</tr>");
    }
    page.push_str("</table></div>");
}
