//! `edgelet inspect`.

use super::trust::Trusting;
use super::{Globals, cost, description, model, network, source, stdout};
use crate::error::{Error, Kind, Result};
use crate::format::{self, Content};
use crate::model::forest::NodeKind;
use crate::model::{
    Couple, DateParts, Input, InputKind, Linear, LinearF32, Missing, Model, Node, Operator, Pieces, Provenance, Terms,
    Unknown, Vectorize, Votes,
};
use crate::native::store::{self, file};
use clap::Args;
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::PathBuf;

/// Up to how many parameters are written out rather than counted.
const WRITTEN_OUT: usize = 12;

/// Show what a model takes, does and gives, and where it comes from.
///
/// Of a network also how much it computes; of another framework's network (ONNX, Keras, TFLite) what `edgelet import` makes of it, before and
/// after.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  edgelet inspect churn.edgelet
  edgelet inspect https://example.com/churn.edgelet --json
  edgelet inspect s3://bucket/models/churn@production --price-per-gb 0.09
  edgelet inspect resnet18.onnx --svg resnet18.svg")]
pub struct Inspect {
    /// The model: a path, any URL that can be read, or a reference: MODEL@ALIAS, MODEL@VERSION.
    model: String,
    /// Tell what a million loads cost at this price of traffic, for 10⁹ bytes.
    #[arg(long, value_name = "PRICE")]
    price_per_gb: Option<f64>,
    /// Draw a network's graph into a file: what each node makes, computes and weighs.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// JSON instead of text.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    trust: Trusting,
}

impl Inspect {
    /// Reads the model and shows it.
    pub fn run(self, globals: Globals) -> Result<()> {
        cost::check_price(self.price_per_gb)?;
        let (bytes, place) = (model::fetch(&self.model, &self.trust, globals)?, store::shown(&self.model));
        let here = |error: Error| error.within(&place);
        let model = match source::network(&self.model, &bytes, globals).map_err(here)? {
            Some(network) => return self.network(network::View::new(network, true).map_err(here)?, &place),
            None => match format::decode_any(&bytes).map_err(here)? {
                Content::Network(network) => return self.network(network::View::new(network, false)?, &place),
                Content::Model(model) => model,
            },
        };
        if self.svg.is_some() {
            return Err(Error::new(Kind::BadOption, "--svg", "a network", "a model of rows"));
        }
        let explains = !format::decode_background(format::background(&bytes), &model)
            .map_err(|error| error.within(&place))?
            .nodes()
            .is_empty();
        let cost = self.price_per_gb.map(|price| Cost::of(&bytes, price)).transpose()?;
        match self.json {
            true => {
                let mut described = as_json(&place, &model);
                described["explains"] = json!(explains);
                if let Some(Cost { download, of_a_million_loads }) = cost {
                    described["download_bytes"] = json!(download);
                    described["cost_per_million_loads"] = json!(of_a_million_loads);
                }
                stdout::print(&format!("{described:#}\n"))
            }
            false => {
                let told = cost.map(|Cost { download, of_a_million_loads }| {
                    format!("download: {download} bytes, {of_a_million_loads:.2} per million loads\n")
                });
                let explains = if explains { "explains: what `edgelet explain` takes is in the file\n" } else { "" };
                stdout::print(&(as_text(&place, &model) + explains + &told.unwrap_or_default()))
            }
        }
    }
}

impl Inspect {
    /// Shows a network, and draws it.
    fn network(&self, view: network::View, place: &str) -> Result<()> {
        if let Some(path) = &self.svg {
            file::write(path, view.svg(place)?.as_bytes())?;
        }
        match self.json {
            true => stdout::print(&format!("{:#}\n", view.value(place))),
            false => stdout::print(&view.text(place)),
        }
    }
}

/// What loading a model costs.
struct Cost {
    /// How many bytes are sent, as `edgelet push` stores them.
    download: u64,
    of_a_million_loads: f64,
}

impl Cost {
    fn of(bytes: &[u8], price_per_gb: f64) -> Result<Self> {
        let download = store::gzip(bytes)?.map_or(bytes.len(), |gzipped| gzipped.len()) as u64;
        Ok(Self { download, of_a_million_loads: cost::of_a_million_loads(download, price_per_gb) })
    }
}

fn as_text(place: &str, model: &Model) -> String {
    let (signature, provenance) = (model.signature(), model.provenance());
    let mut lines = vec![place.to_owned()];
    lines.extend(origin(provenance));
    lines.extend([String::new(), format!("inputs ({})", signature.inputs.len())]);
    let name_width = signature.inputs.iter().map(|input| input.name.chars().count()).max().unwrap_or(0);
    lines.extend(signature.inputs.iter().map(|input| format!("  {:name_width$}  {}", input.name, values(input))));
    lines.extend([String::new(), "steps".to_owned()]);
    for (node, id) in model.graph().nodes.iter().zip(1..) {
        lines.push(format!(
            "  {id}  {:<14} {:<9} → {:<5} {}",
            node.name,
            node.operator.name(),
            model.width(id),
            detail(node)
        ));
    }
    if signature.classes.len() > 1 {
        lines.extend([String::new(), format!("targets ({})", signature.targets.len())]);
    }
    let name_width = signature.targets.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    for (name, classes) in signature.targets.iter().zip(&signature.classes).filter(|_| signature.classes.len() > 1) {
        let names: Vec<_> = classes.iter().map(|label| label.to_string()).collect();
        lines.push(format!("  {name:name_width$}  one of {}", listed(&names)));
    }
    lines.extend([String::new(), "outputs".to_owned()]);
    for output in &signature.outputs {
        let columns = signature.columns(output.method, model.width(output.value));
        lines.push(format!("  {:<18} {}", output.method.name(), listed(&columns)));
    }
    if !provenance.metrics.is_empty() {
        lines.extend([String::new(), "metrics".to_owned()]);
    }
    for metric in &provenance.metrics {
        lines.push(format!("  {:<6} {:<10} {:.6}", metric.split, metric.name, metric.value));
    }
    lines.extend([String::new(), format!("test rows: {}", model.tests().rows(signature.inputs.len()))]);
    lines.iter().map(|line| visible(line) + "\n").collect()
}

/// Where a model comes from, as far as it says so.
fn origin(provenance: &Provenance) -> Option<String> {
    let Provenance { framework, version, estimator, .. } = provenance;
    let rows = provenance.rows.map_or(String::new(), |rows| format!(", {rows} rows"));
    (!framework.is_empty()).then(|| format!("{framework} {version} · {estimator}{rows}"))
}

/// What the values of a feature are.
fn values(input: &Input) -> String {
    let missing = if input.missing == Missing::Accepted { "; may be missing" } else { "" };
    match &input.kind {
        InputKind::Numeric => format!("number{missing}"),
        InputKind::Unbounded => format!("number, infinite too{missing}"),
        InputKind::Text => format!("text{missing}"),
        InputKind::Date => format!("date{missing}"),
        InputKind::Categorical { categories, unknown } => {
            let names: Vec<_> = categories.iter().map(|label| label.to_string()).collect();
            let others = if *unknown == Unknown::Accepted { "; others accepted" } else { "" };
            format!("one of {}{others}{missing}", listed(&names))
        }
    }
}

/// The first of some names.
fn listed(names: &[String]) -> String {
    let more = if names.len() > WRITTEN_OUT { ", …" } else { "" };
    names[..names.len().min(WRITTEN_OUT)].join(", ") + more
}

/// A line without control characters: the names in a stranger's model may not steer the terminal.
fn visible(line: &str) -> String {
    let escaped = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    line.chars().map(escaped).collect()
}

/// The parameters of a node: written out if they are few.
fn detail(node: &Node) -> String {
    let numbers = |name: &str, numbers: &[f64]| match numbers.len() {
        0..=WRITTEN_OUT => format!("{name} {numbers:?}"),
        count => format!("{count} {name}"),
    };
    let inputs = node.inputs.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    let parameters = match &*node.operator {
        Operator::Select(select) if select.columns.len() <= WRITTEN_OUT => format!("columns {:?}", select.columns),
        Operator::Select(select) => format!("{} columns", select.columns.len()),
        Operator::Impute(impute) => numbers("fills", &impute.fills),
        Operator::Scale(scale) => {
            format!("{}, {}", numbers("offsets", &scale.offsets), numbers("divisors", &scale.divisors))
        }
        Operator::OneHot(one_hot) => format!("categories {:?}", one_hot.categories),
        Operator::Linear(Linear { coefficients, intercepts, .. })
        | Operator::LinearF32(LinearF32 { coefficients, intercepts, .. }) => {
            format!("{}, {}", numbers("coefficients", coefficients), numbers("intercepts", intercepts))
        }
        Operator::Binarize(binarize) => format!("above {}", binarize.threshold),
        Operator::Forest(forest) => {
            let leaves = forest.kinds.iter().filter(|kind| **kind == NodeKind::Leaf).count();
            format!("{} trees, {} splits, {leaves} leaves", forest.targets.len(), forest.kinds.len() - leaves)
        }
        Operator::Map(map) if map.a != 0.0 || map.b != 0.0 => format!("{} {} {}", map.function.name(), map.a, map.b),
        Operator::Map(map) => map.function.name().to_owned(),
        Operator::Rescale(rescale) => {
            format!("{}, {}", numbers("factors", &rescale.factors), numbers("offsets", &rescale.offsets))
        }
        Operator::Combine(combine) => if combine.multiplies { "product" } else { "sum" }.to_owned(),
        Operator::Recode(recode) => {
            let known: usize = recode.tables.iter().map(|table| table.values.len()).sum();
            format!("{} tables of {known} values", recode.tables.len())
        }
        Operator::Bins(bins) => format!("{} edges", bins.edges.iter().map(Vec::len).sum::<usize>()),
        Operator::Normalize(normalize) => format!("{:?}", normalize.norm),
        Operator::PowerTransform(power) => {
            let name = if power.is_box_cox { "Box-Cox" } else { "Yeo-Johnson" };
            format!("{name}, {}", numbers("lambdas", &power.lambdas))
        }
        Operator::Interpolate(lines) => format!("{} points", lines.xs.iter().map(Vec::len).sum::<usize>()),
        Operator::Quantile(quantile) => {
            let scores = if quantile.is_normal { ", normal scores" } else { "" };
            format!("{} quantiles{scores}", quantile.references.len())
        }
        Operator::Polynomial(polynomial) => format!("{} products", polynomial.terms.len()),
        Operator::Spline(spline) => format!("degree {}, {} a column", spline.degree, spline.per_column()),
        Operator::Pairwise(pairwise) => {
            format!("{:?} with {} points", pairwise.measure, pairwise.points.len() / pairwise.width)
        }
        Operator::ImputeNearest(impute) => {
            format!("{} nearest of {} points", impute.nearest, impute.points.len() / impute.width)
        }
        Operator::Neighbours(neighbours) => format!("{:?}", neighbours.reach),
        Operator::Votes(Votes { classes, .. }) | Operator::Couple(Couple { classes }) => format!("{classes} classes"),
        Operator::WeightedMedian(median) => numbers("weights", &median.weights),
        Operator::Vectorize(vectorize) => counted(vectorize),
        Operator::DateParts(DateParts { parts }) => {
            let parts = parts.iter().map(|(column, part)| format!("{} of {column}", part.name()));
            listed(&parts.collect::<Vec<_>>())
        }
        Operator::Concat(_)
        | Operator::Sigmoid(_)
        | Operator::Softmax(_)
        | Operator::ArgMax(_)
        | Operator::LastArgMax(_)
        | Operator::Complement(_) => String::new(),
    };
    let mut text = format!("of {inputs}");
    if !parameters.is_empty() {
        // Writing to a String cannot fail.
        let _ = write!(text, "; {parameters}");
    }
    text
}

/// What a vectorizer counts.
fn counted(Vectorize { pieces, least, most, terms, .. }: &Vectorize) -> String {
    let pieces = match **pieces {
        Pieces::Words { .. } => "words",
        Pieces::Characters { .. } => "characters",
        Pieces::CharactersInWords { .. } => "characters within words",
    };
    let terms = match terms {
        Terms::Known(terms) => format!("{} known terms", terms.len()),
        Terms::Hashed(_) => "hashed terms".into(),
    };
    format!("{terms} of {least} to {most} {pieces}")
}

fn as_json(place: &str, model: &Model) -> Value {
    let steps = model.graph().nodes.iter().zip(1..).map(|(node, id)| {
        let (operator, width) = (node.operator.name(), model.width(id));
        json!({ "name": node.name, "operator": operator, "inputs": node.inputs, "width": width, "detail": detail(node) })
    });
    let mut described = description::schema(model);
    described.insert("model".into(), json!(place));
    described.insert("steps".into(), steps.collect());
    described.insert("test_rows".into(), json!(model.tests().rows(model.signature().inputs.len())));
    described.insert("provenance".into(), description::provenance(model.provenance()).into());
    described.into()
}
