//! `edgelet optimize`.

mod agreement;

use super::trust::Trusting;
use super::{Globals, model, network, stdout};
use crate::error::{Error, Kind, Result};
use crate::format::{self, Content};
use crate::infer::Inference;
use crate::native::report::{Line, optimized};
use crate::native::store::{self, file};
use crate::network::{Network, Node, sample};
use crate::optimize::graph::Drawn;
use crate::optimize::{self, Precision, quantize, work};
use agreement::Agreement;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Make a network smaller and faster.
///
/// Rounds its larger float32 weights to 16 or 8 bits, and tells what that costs: bytes, time and how far its outputs move, before
/// and after. What people give and get stays as it was, and so does the code that loads it.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  edgelet optimize resnet18.edgelet --quantize int8
  edgelet optimize resnet18.edgelet --quantize int8 --rows images.npz --keep fc
  edgelet optimize resnet18.edgelet --quantize int8 --rows images.npz --report resnet18.html
  edgelet optimize minilm.edgelet --quantize f16 -o minilm-f16.edgelet --json

int8 keeps a scale for each column of a matrix, filter of a convolution and row of a table of embeddings. What is
multiplied by a matrix is rounded to 16 bits as it comes, row by row, so no range has to be calibrated: --rows only
measures. A network with examples (`edgelet import --verify`) is measured on those without --rows; they become what
the smaller network makes of them.")]
pub struct Optimize {
    /// The network: a path, any URL that can be read, or a reference: MODEL@ALIAS, MODEL@VERSION.
    model: String,
    /// What weights become.
    #[arg(long, value_enum)]
    quantize: Option<Quantize>,
    /// A node whose weights stay as they are, by its name or its operator (`edgelet inspect` tells them); may be given again.
    #[arg(long, value_name = "NODE", requires = "quantize")]
    keep: Vec<String>,
    /// Inputs to measure the difference on: an .npy or .npz, as `edgelet predict` takes it.
    #[arg(long, value_name = "ROWS")]
    rows: Option<String>,
    /// Where to write the network [default: the file's name with .int8.edgelet or .f16.edgelet].
    #[arg(long, short)]
    output: Option<PathBuf>,
    /// Write what changed as an HTML file too, with the graph before and after.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// JSON instead of text.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    trust: Trusting,
}

/// A precision by the field's name.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Quantize {
    /// 11 bits of each number; half as many bytes.
    F16,
    /// Whole numbers of 8 bits; a quarter of the bytes.
    Int8,
}

/// A network's file, and how long a run of it takes.
struct Measured {
    bytes: usize,
    seconds: f64,
}

impl Optimize {
    /// Reads, rewrites, measures, writes, reports.
    pub fn run(self, globals: Globals) -> Result<()> {
        let bytes = model::fetch(&self.model, &self.trust, globals)?;
        let place = store::shown(&self.model);
        let before = match format::decode_any(&bytes).map_err(|error| error.within(&place))? {
            Content::Network(network) => network,
            Content::Model(_) => {
                return Err(Error::new(Kind::BadOption, place, "a network", "a model of rows")
                    .hint("Models of rows are as small as edgelet can make them when they are written."));
            }
        };
        self.check_kept(&before)?;
        let mut after = optimize::optimize(before.clone())?;
        if let Some(precision) = self.quantize {
            let precision = match precision {
                Quantize::F16 => Precision::Half,
                Quantize::Int8 => Precision::Byte,
            };
            after = quantize(after, precision, |node| self.keep.iter().any(|name| is_named(node, name)))?;
        }
        let agreements = match &self.rows {
            Some(rows) => {
                let given = network::given(&before, &Inference::new(before.clone()), rows, globals)?;
                agreement::on(&before, &after, given, globals)?
            }
            None if before.examples().tensors.is_empty() => {
                globals.note("what the outputs move by is not measured: --rows does that");
                Vec::new()
            }
            None => {
                let (given, _) = before.examples().tensors[0].clone();
                agreement::on(&before, &after, given, globals)?
            }
        };
        let encoded = format::encode_network(&after)?;
        let output = self.output.clone().unwrap_or_else(|| self.default_output());
        let sizes = [(&before, bytes.len()), (&after, encoded.len())];
        let measured = sizes.map(|(network, bytes)| Ok(Measured { bytes, seconds: network::time(network)?.0 }));
        let [first, second] = measured;
        let measured = [first?, second?];
        let report = match &self.report {
            Some(path) => Some((path, html(&place, [&before, &after], &measured, &agreements)?)),
            None => None,
        };
        file::write(&output, &encoded)?;
        if let Some((path, report)) = report {
            file::write(path, report.as_bytes())?;
        }
        let output = output.display().to_string();
        match self.json {
            true => stdout::print(&format!("{:#}\n", as_value(&place, &output, &measured, &agreements))),
            false => stdout::print(&as_text(&after, &output, &measured, &agreements)),
        }
    }

    /// Refuses the name of a node that is not there.
    fn check_kept(&self, network: &Network) -> Result<()> {
        let is_there = |name: &&String| network.nodes().iter().any(|node| is_named(node, name));
        match self.keep.iter().find(|name| !is_there(name)) {
            None => Ok(()),
            Some(name) => Err(Error::new(Kind::BadOption, "--keep", "a node's name or operator", format!("{name:?}"))
                .hint("`edgelet inspect MODEL --json` lists both.")),
        }
    }

    fn default_output(&self) -> PathBuf {
        let name = super::train::default_output(&self.model);
        match self.quantize {
            None => name,
            Some(Quantize::F16) => name.with_extension("f16.edgelet"),
            Some(Quantize::Int8) => name.with_extension("int8.edgelet"),
        }
    }
}

fn is_named(node: &Node, name: &str) -> bool {
    node.name == name || node.operator.name() == name
}

/// Bytes and time, before and after.
fn lines([before, now]: &[Measured; 2]) -> [Line; 2] {
    let ratio = |a: f64, b: f64| format!("{:.2}×", a / b.max(f64::MIN_POSITIVE));
    let milliseconds = |measured: &Measured| format!("{:.3}", measured.seconds * 1e3);
    let smaller = ratio(before.bytes as f64, now.bytes as f64);
    [
        ["bytes".into(), before.bytes.to_string(), now.bytes.to_string(), smaller],
        ["one run, ms".into(), milliseconds(before), milliseconds(now), ratio(before.seconds, now.seconds)],
    ]
}

fn as_text(after: &Network, output: &str, measured: &[Measured; 2], agreements: &[Agreement]) -> String {
    let heads = ["", "before", "after", ""].map(String::from);
    let lines = [heads].into_iter().chain(lines(measured));
    let mut text: String = lines
        .map(|[what, before, after, ratio]| {
            format!("{what:<14}{before:>14}{after:>14}{ratio:>9}").trim_end().to_owned() + "\n"
        })
        .collect();
    text += &format!("weights: {}\n", network::kinds_of_weights(after));
    text.extend(agreements.iter().map(|agreement| format!("{agreement}\n")));
    text + &format!("wrote {output}\n")
}

fn html(place: &str, networks: [&Network; 2], measured: &[Measured; 2], agreements: &[Agreement]) -> Result<String> {
    let [before, after] = networks.map(|network| work(network, sample(network)?));
    let (before, after) = (before?, after?);
    let moved: Vec<String> = agreements.iter().map(ToString::to_string).collect();
    let graphs = [
        Drawn { title: "before", network: networks[0], work: &before },
        Drawn { title: "after", network: networks[1], work: &after },
    ];
    Ok(optimized(place, &lines(measured), &moved, graphs))
}

fn as_value(place: &str, output: &str, measured: &[Measured; 2], agreements: &[Agreement]) -> Value {
    let [before, after] =
        measured.each_ref().map(|measured| json!({ "bytes": measured.bytes, "ms": measured.seconds * 1e3 }));
    let agreements: Vec<Value> = agreements.iter().map(Agreement::as_value).collect();
    json!({ "model": place, "output": output, "before": before, "after": after, "outputs": agreements })
}
