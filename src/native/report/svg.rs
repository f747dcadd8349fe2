//! Pictures as SVG: points and lines over two axes, and bars beside names.

use crate::markup::escaped;
use crate::math;
use std::fmt::Write;

/// The whole picture's width and height.
const SIZE: [f64; 2] = [380.0, 260.0];
/// The picture's edges around the axes: left, top, right, bottom.
const EDGES: [f64; 4] = [56.0, 10.0, 14.0, 42.0];
/// How high a bar with its space is, and the width of the longest.
const BAR: [f64; 2] = [22.0, 300.0];
/// About how wide a letter is.
const LETTER: f64 = 6.0;
/// The most letters of a name before a bar.
const MAX_LETTERS: usize = 50;

/// A picture over two axes, while it is drawn.
pub struct Plot {
    ranges: [[f64; 2]; 2],
    body: String,
    title: String,
}

/// A bar beside its name.
pub struct Bar {
    /// The name.
    pub name: String,
    /// How long it is.
    pub value: f64,
    /// How far that may be off.
    pub error: f64,
    /// What stands behind it.
    pub note: String,
    /// Whether it stands out.
    pub is_marked: bool,
}

/// A number in few digits.
pub fn short(x: f64) -> String {
    match x.abs() {
        0.0 => "0".to_owned(),
        1e-3..1e6 => {
            let digits = 3_usize.saturating_sub(libm::log10(x.abs()).floor().max(0.0) as usize);
            let text = format!("{x:.digits$}");
            if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
        }
        _ => format!("{x:.1e}"),
    }
}

/// The least and the most of numbers, apart from each other even if all are one; from 0 to 1 if there are none.
pub fn range(numbers: impl Iterator<Item = f64>) -> [f64; 2] {
    let finite = numbers.filter(|x| x.is_finite());
    let [low, high] = finite.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], x| [low.min(x), high.max(x)]);
    match low.partial_cmp(&high) {
        Some(std::cmp::Ordering::Less) => [low, high],
        Some(std::cmp::Ordering::Equal) => [low - low.abs().max(1.0) / 2.0, high + high.abs().max(1.0) / 2.0],
        _ => [0.0, 1.0],
    }
}

/// Round numbers within a range.
fn ticks([low, high]: [f64; 2]) -> Vec<f64> {
    let rough = (high - low) / 4.0;
    let unit = math::pow(10.0, libm::log10(rough).floor());
    let step = unit
        * if rough / unit < 1.5 {
            1.0
        } else if rough / unit < 3.5 {
            2.0
        } else {
            5.0
        };
    let first = (low / step).ceil();
    let count = ((high / step).floor() - first).clamp(0.0, 20.0) as usize;
    (0..=count).map(|i| (first + i as f64) * step).collect()
}

impl Plot {
    /// A picture with its axes' ranges and names, and what it shows for whoever does not see it.
    pub fn new(title: &str, ranges: [[f64; 2]; 2], [x_name, y_name]: [&str; 2]) -> Self {
        let mut plot = Self { ranges, body: String::new(), title: title.to_owned() };
        let [left, top, right, bottom] = plot.frame();
        for x in ticks(ranges[0]) {
            plot.tick(x, "middle", |[at, _]| ([at, top, at, bottom], [at, bottom + 16.0]));
        }
        for y in ticks(ranges[1]) {
            plot.tick(y, "end", |[_, at]| ([left, at, right, at], [left - 6.0, at + 4.0]));
        }
        let middle = (left + right) / 2.0;
        let _ = write!(
            plot.body,
            "<text x='{middle}' y='{}' text-anchor='middle'>{}</text><text x='12' y='{}' text-anchor='middle' transform='rotate(-90 12 {})'>{}</text>",
            SIZE[1] - 6.0,
            escaped(x_name),
            (top + bottom) / 2.0,
            (top + bottom) / 2.0,
            escaped(y_name),
        );
        plot
    }

    fn frame(&self) -> [f64; 4] {
        [EDGES[0], EDGES[1], SIZE[0] - EDGES[2], SIZE[1] - EDGES[3]]
    }

    fn tick(&mut self, at: f64, anchor: &str, place: impl Fn([f64; 2]) -> ([f64; 4], [f64; 2])) {
        let ([x1, y1, x2, y2], [x, y]) = place(self.place([at, at]));
        let _ = write!(
            self.body,
            "<line class='grid' x1='{x1:.1}' y1='{y1:.1}' x2='{x2:.1}' y2='{y2:.1}'/><text class='tick' x='{x:.1}' y='{y:.1}' text-anchor='{anchor}'>{}</text>",
            short(at)
        );
    }

    /// Where a point is drawn.
    fn place(&self, point: [f64; 2]) -> [f64; 2] {
        let [left, top, right, bottom] = self.frame();
        let share = |axis: usize| {
            let [low, high] = self.ranges[axis];
            ((point[axis] - low) / (high - low)).clamp(0.0, 1.0)
        };
        [left + share(0) * (right - left), bottom - share(1) * (bottom - top)]
    }

    /// A line through points, in the colour of that number.
    pub fn line(mut self, points: &[[f64; 2]], colour: usize) -> Self {
        let places: Vec<String> = points
            .iter()
            .filter(|point| point.iter().all(|x| x.is_finite()))
            .map(|point| self.place(*point))
            .map(|[x, y]| format!("{x:.1},{y:.1}"))
            .collect();
        let _ = write!(self.body, "<polyline class='c{}' points='{}'/>", colour % 8, places.join(" "));
        self
    }

    /// Points, in the colour of that number.
    pub fn dots(mut self, points: &[[f64; 2]], colour: usize) -> Self {
        for point in points {
            let [x, y] = self.place(*point);
            let _ = write!(self.body, "<circle class='c{}' cx='{x:.1}' cy='{y:.1}' r='2.5'/>", colour % 8);
        }
        self
    }

    /// The line of those who are right, or know nothing.
    pub fn diagonal(mut self) -> Self {
        let [[x_low, x_high], [y_low, y_high]] = self.ranges;
        let ([x1, y1], [x2, y2]) = (self.place([x_low.max(y_low); 2]), self.place([x_high.min(y_high); 2]));
        let _ = write!(self.body, "<line class='rule' x1='{x1:.1}' y1='{y1:.1}' x2='{x2:.1}' y2='{y2:.1}'/>");
        self
    }

    /// The picture.
    pub fn svg(self) -> String {
        let [width, height] = SIZE;
        let (title, body) = (escaped(&self.title), self.body);
        format!("<svg viewBox='0 0 {width} {height}' role='img' aria-label=\"{title}\">{body}</svg>")
    }
}

/// Bars one below the other.
pub fn bars(title: &str, bars: &[Bar]) -> String {
    let [height, length] = BAR;
    let letters = bars.iter().map(|bar| bar.name.chars().count().min(MAX_LETTERS)).max().unwrap_or(0);
    let names = 16.0 + letters as f64 * LETTER;
    let most = bars.iter().map(|bar| bar.value + bar.error).fold(0.0, f64::max);
    let scale = if most > 0.0 && most.is_finite() { length / most } else { 0.0 };
    let mut body = String::new();
    for (i, Bar { name, value, error, note, is_marked }) in bars.iter().enumerate() {
        let (top, middle) = (i as f64 * height, i as f64 * height + height / 2.0);
        let end = names + value.max(0.0) * scale;
        let (from, to) = (names + (value - error).max(0.0) * scale, names + (value + error).max(0.0) * scale);
        let class = if *is_marked { "bar on" } else { "bar" };
        let letters: String = match name.chars().count() {
            0..=MAX_LETTERS => name.clone(),
            _ => name.chars().take(MAX_LETTERS - 1).chain(['…']).collect(),
        };
        let _ = write!(
            body,
            "<text x='{}' y='{}' text-anchor='end'><title>{}</title>{}</text><rect class='{class}' x='{names}' y='{}' width='{:.1}' height='{}'/><line class='error' x1='{from:.1}' y1='{middle}' x2='{to:.1}' y2='{middle}'/><text class='tick' x='{:.1}' y='{}'>{}</text>",
            names - 8.0,
            middle + 4.0,
            escaped(name),
            escaped(letters),
            top + 4.0,
            end - names,
            height - 8.0,
            to.max(end) + 6.0,
            middle + 4.0,
            escaped(note),
        );
    }
    let (width, height) = (names + length + 160.0, bars.len() as f64 * height);
    format!(
        "<svg class='wide' viewBox='0 0 {width} {height}' role='img' aria-label=\"{}\">{body}</svg>",
        escaped(title)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_within() {
        assert_eq!(ticks([0.0, 1.0]), [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
        assert_eq!(ticks([-3.0, 12.0]), [0.0, 5.0, 10.0]);
        assert_eq!(["0.123", "1234", "1.0e7", "0"], [0.12345, 1234.4, 1e7, 0.0].map(short).each_ref().map(|x| &**x));
    }

    #[test]
    fn hostile_names_stay_texts() {
        let name = "<script>\"&\u{7}".to_owned();
        let drawn = bars(
            &name,
            &[Bar { name: name.clone(), value: f64::NAN, error: 0.0, note: name.clone(), is_marked: true }],
        );
        assert!(!drawn.contains("<script") && drawn.contains("&lt;script&gt;&quot;&amp; "), "{drawn}");
        assert_eq!(range([f64::NAN].into_iter()), [0.0, 1.0]);
    }
}
