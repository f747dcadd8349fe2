//! A network as a picture: a box for each node with what it makes, how much it computes and how many bytes its weights have, and a
//! line for each tensor: a file of its own, with its colours in it, or a part of a page, which has colours of its own.

use super::Work;
use crate::markup::escaped;
use crate::network::{Network, shown};
use std::fmt::Write;

/// A box's width and height, and how far boxes are apart.
const BOX: [f64; 2] = [236.0, 44.0];
const GAP: [f64; 2] = [28.0, 30.0];
/// The space around a graph, with its title above.
const MARGIN: [f64; 2] = [24.0, 56.0];
/// The most letters in a line of a box.
const LETTERS: usize = 38;
/// Over how many rows a line goes; what comes from farther is named instead.
const FAR: usize = 10;

const STYLE: &str = "\
text{font:12px ui-sans-serif,system-ui,sans-serif;fill:#1c2127}.title{font-size:16px}.small{font-size:10.5px;fill:#5c646e}\
rect{fill:#fff;stroke:#c9c4bb}.heat{fill:#1d5fa8;stroke:none}.port rect{fill:#e9f3f1;stroke:#0f8578}path{fill:none;stroke:#8b939d}\
@media (prefers-color-scheme:dark){svg{background:#14171c}text{fill:#eceae5}.small{fill:#a0a8b3}rect{fill:#1b1f26;stroke:#3a414c}\
.heat{fill:#79b4f2;stroke:none}.port rect{fill:#16302d;stroke:#5cc9ba}}";

/// A network with the work of its nodes, and what stands above it.
pub struct Drawn<'a> {
    /// What stands above it.
    pub title: &'a str,
    /// What is drawn.
    pub network: &'a Network,
    /// What each of its nodes does.
    pub work: &'a [Work],
}

/// A box in the picture.
struct Place {
    is_port: bool,
    lines: [String; 2],
    /// Its share of the work of the busiest.
    heat: f64,
    /// The boxes that it takes something from.
    from: Vec<usize>,
    row: usize,
    x: f64,
}

/// Networks side by side as an SVG file.
pub fn file(all: &[Drawn<'_>]) -> String {
    drawn(all, &format!("<style>{STYLE}</style>"))
}

/// The same for a page, whose style sheet has the colours.
pub fn part(all: &[Drawn<'_>]) -> String {
    drawn(all, "")
}

fn drawn(all: &[Drawn<'_>], style: &str) -> String {
    let (mut body, mut left, mut height) = (String::new(), 0.0, 0.0_f64);
    for drawn in all {
        let places = placed(drawn);
        let width = places.iter().map(|place| place.x + BOX[0]).fold(BOX[0] * 2.0, f64::max) + 2.0 * MARGIN[0];
        let rows = places.iter().map(|place| place.row + 1).max().unwrap_or(0);
        let _ = write!(
            body,
            "<g transform='translate({left:.0} 0)'><text class='title' x='{}' y='24'>{}</text>",
            MARGIN[0],
            escaped(drawn.title)
        );
        lines(&places, &mut body);
        places.iter().for_each(|place| draw(place, &mut body));
        body.push_str("</g>");
        left += width;
        height = height.max(MARGIN[1] + rows as f64 * (BOX[1] + GAP[1]));
    }
    // Without titles there is no room for them.
    let top = if all.iter().all(|drawn| drawn.title.is_empty()) { MARGIN[1] - GAP[1] } else { 0.0 };
    height -= top;
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 {top} {left:.0} {height:.0}' width='{left:.0}' height='{height:.0}'>{style}{body}</svg>\n"
    )
}

/// Inputs, nodes and outputs as boxes, each below all that it takes something from.
fn placed(drawn: &Drawn<'_>) -> Vec<Place> {
    let (network, most) = (drawn.network, drawn.work.iter().map(|work| work.flops).max().unwrap_or(0).max(1));
    let port = |name: &str, shape: String, from: Vec<usize>| Place {
        is_port: true,
        lines: [clipped(name), clipped(&shape)],
        heat: 0.0,
        from,
        row: 0,
        x: 0.0,
    };
    let mut places: Vec<Place> =
        network.inputs().iter().map(|input| port(&input.name, input.shown_shape(), Vec::new())).collect();
    // The box that makes each tensor; none makes a weight.
    let mut makers: Vec<Option<usize>> = (0..places.len()).map(Some).collect();
    makers.resize(places.len() + network.weights().len(), None);
    for (node, work) in network.nodes().iter().zip(drawn.work) {
        let mut from: Vec<usize> = node.inputs.iter().flatten().filter_map(|id| makers[*id as usize]).collect();
        from.dedup();
        makers.extend(std::iter::repeat_n(Some(places.len()), node.outputs as usize));
        let mut told = vec![shown(&work.shape)];
        told.extend((work.flops > 0).then(|| counted(work.flops as f64, "FLOP")));
        told.extend((work.bytes > 0).then(|| counted(work.bytes as f64, "B")));
        let name = if node.name.is_empty() { String::new() } else { format!("  {}", node.name) };
        places.push(Place {
            is_port: false,
            lines: [clipped(&format!("{}{name}", node.operator.name())), clipped(&told.join(" · "))],
            heat: work.flops as f64 / most as f64,
            from,
            row: 0,
            x: 0.0,
        });
    }
    for (output, id) in network.outputs() {
        places.push(port(&output.name, output.shown_shape(), makers[*id as usize].into_iter().collect()));
    }
    for i in 0..places.len() {
        places[i].row = places[i].from.iter().map(|&from| places[from].row + 1).max().unwrap_or(0);
    }
    arrange(&mut places);
    places
}

/// Puts the boxes of each row as near below what they take as there is room.
fn arrange(places: &mut [Place]) {
    let rows = places.iter().map(|place| place.row + 1).max().unwrap_or(0);
    let step = BOX[0] + GAP[0];
    for row in 0..rows {
        let mut own: Vec<usize> = (0..places.len()).filter(|&i| places[i].row == row).collect();
        for &i in &own {
            let from = &places[i].from;
            let sum: f64 = from.iter().map(|&from| places[from].x).sum();
            places[i].x = sum / from.len().max(1) as f64;
        }
        own.sort_by(|&a, &b| places[a].x.total_cmp(&places[b].x));
        let wanted: f64 = own.iter().map(|&i| places[i].x).sum();
        for pair in 1..own.len() {
            places[own[pair]].x = places[own[pair]].x.max(places[own[pair - 1]].x + step);
        }
        // Those that were moved to the right were moved for their neighbours: all share that.
        let moved = (own.iter().map(|&i| places[i].x).sum::<f64>() - wanted) / own.len().max(1) as f64;
        own.iter().for_each(|&i| places[i].x -= moved);
    }
    let least = places.iter().map(|place| place.x).fold(f64::INFINITY, f64::min);
    places.iter_mut().for_each(|place| place.x -= least);
}

/// The lines from box to box; those that pass others by go around them, and those from far away are only named.
fn lines(places: &[Place], body: &mut String) {
    for place in places {
        let mut far = Vec::new();
        for &from in &place.from {
            let from = &places[from];
            let ([x1, y1], [x2, y2]) = (corner(from), corner(place));
            if place.row > from.row + FAR {
                far.push(from.lines[0].as_str());
                continue;
            }
            let (x1, y1, x2) = (x1 + BOX[0] / 2.0, y1 + BOX[1], x2 + BOX[0] / 2.0);
            let aside = if place.row > from.row + 1 { BOX[0] * 0.7 } else { 0.0 };
            let bend = (y2 - y1) * 0.4;
            let _ = write!(
                body,
                "<path d='M{x1:.0} {y1:.0}C{:.0} {:.0} {:.0} {:.0} {x2:.0} {y2:.0}'/>",
                x1 + aside,
                y1 + bend,
                x2 + aside,
                y2 - bend,
            );
        }
        if !far.is_empty() {
            let [x, y] = corner(place);
            let _ = write!(
                body,
                "<text class='small' x='{:.0}' y='{:.0}'>{}</text>",
                x + BOX[0] / 2.0 + 8.0,
                y - 6.0,
                escaped(clipped(&format!("↳ {}", far.join(", "))))
            );
        }
    }
}

fn draw(place: &Place, body: &mut String) {
    let [x, y] = corner(place);
    let class = if place.is_port { " class='port'" } else { "" };
    let [width, height] = BOX;
    let _ = write!(body, "<g{class}><rect x='{x:.0}' y='{y:.0}' width='{width}' height='{height}' rx='6'/>");
    if place.heat > 0.0 {
        let _ = write!(
            body,
            "<rect class='heat' x='{x:.0}' y='{:.0}' width='{:.1}' height='4' rx='2'/>",
            y + height - 4.0,
            width * place.heat
        );
    }
    let [first, second] = place.lines.each_ref().map(escaped);
    let (x, first_y, second_y) = (x + 8.0, y + 17.0, y + 33.0);
    let _ = write!(
        body,
        "<text x='{x:.0}' y='{first_y:.0}'>{first}</text><text class='small' x='{x:.0}' y='{second_y:.0}'>{second}</text></g>"
    );
}

fn corner(place: &Place) -> [f64; 2] {
    [MARGIN[0] + place.x, MARGIN[1] + place.row as f64 * (BOX[1] + GAP[1])]
}

fn clipped(text: &str) -> String {
    match text.chars().count() {
        0..=LETTERS => text.to_owned(),
        _ => text.chars().take(LETTERS - 1).chain(['…']).collect(),
    }
}

/// A number of things with the prefix that makes it short.
pub fn counted(x: f64, unit: &str) -> String {
    let (x, prefix) = match x {
        ..1e3 => return format!("{x} {unit}"),
        1e3..1e6 => (x / 1e3, "k"),
        1e6..1e9 => (x / 1e6, "M"),
        _ => (x / 1e9, "G"),
    };
    let digits = if x < 10.0 { 2 } else { usize::from(x < 100.0) };
    format!("{x:.digits$} {prefix}{unit}")
}
