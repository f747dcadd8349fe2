//! What `edgelet optimize` did as one HTML file to look at.

use super::page;
use crate::markup::escaped;
use crate::optimize::graph::{self, Drawn};
use std::fmt::Write;

/// One line of the table: what it is, before, after, and how many times less that is.
pub type Line = [String; 4];

/// The whole page.
pub fn optimized(place: &str, lines: &[Line], moved: &[String], graphs: [Drawn<'_>; 2]) -> String {
    let mut body = format!("<h1>{}</h1><div class='scroll'><table>", escaped(place));
    body.push_str("<tr><th></th><th>before</th><th>after</th><th></th></tr>");
    for line in lines {
        let cells: String = line.iter().map(|cell| format!("<td>{}</td>", escaped(cell))).collect();
        let _ = write!(body, "<tr>{cells}</tr>");
    }
    body.push_str("</table></div><h2>How far its outputs moved</h2>");
    if moved.is_empty() {
        body.push_str("<p class='lead'>Not measured: <code>--rows</code> does that.</p>");
    }
    moved.iter().for_each(|moved| {
        let _ = write!(body, "<p>{}</p>", escaped(moved));
    });
    let _ = write!(
        body,
        "<h2>Its graph</h2><p class='lead'>What each node makes, computes and weighs; the bar is its share of the busiest's work.</p><figure>{}</figure>",
        graph::file(&graphs)
    );
    page(place, &body)
}
