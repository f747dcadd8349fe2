//! What subcommands do with networks: tensors in NumPy's files, a picture, a sound, or texts, go in; tensors come out, or labels.

use super::{Globals, description, stdout};
use crate::error::{Error, Kind, Result};
use crate::infer::{Inference, Pixels, Sound};
use crate::native::data::{
    Picture, Recording, is_numpy, is_picture, is_wav, json as label_as_json, npy, npz, read_picture, read_tensors,
    read_texts, read_wav,
};
use crate::native::store::{self, file};
use crate::network::{
    Compact, Data, Network, Node, Numbers, Port, Preprocessing, Tensor, Weight, first_difference, sample, shown,
};
use crate::optimize::graph::{self, Drawn, counted};
use crate::optimize::{Work, operators, optimize, work};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

/// How many runs are timed at least, and for how long.
const LEAST_RUNS: usize = 5;
const LEAST_TIME: Duration = Duration::from_secs(1);
/// How many numbers of an output are told without a file.
const TOLD: usize = 1 << 16;
/// How many classes `edgelet inspect` names.
const SHOWN_CLASSES: usize = 10;

/// The tensors in a file, one for each port in their order. One array alone may have any name.
///
/// # Errors
/// [`Kind::MissingFeature`] or [`Kind::UnknownFeature`] for a name that is not there or not known.
fn tensors<'a>(location: &str, bytes: &[u8], ports: impl Iterator<Item = &'a Port>) -> Result<Vec<Tensor>> {
    let here = |error: Error| error.within(&store::shown(location));
    if !is_numpy(bytes) {
        return Err(here(Error::new(Kind::BadRows, "byte 0", "an .npy or .npz file", "other bytes").hint(
            "Networks take tensors: numpy.savez(\"inputs.npz\", **arrays) writes them, named as the network's inputs.",
        )));
    }
    let mut found = read_tensors(bytes).map_err(here)?;
    let ports: Vec<&Port> = ports.collect();
    if let ([(name, _)], [port]) = (&mut found[..], &ports[..]) {
        name.clone_from(&port.name);
    }
    let mut found: Vec<(String, Option<Tensor>)> =
        found.into_iter().map(|(name, tensor)| (name, Some(tensor))).collect();
    let names = || ports.iter().map(|port| port.name.as_str()).collect::<Vec<_>>().join(", ");
    if let Some((name, _)) = found.iter().find(|(name, _)| !ports.iter().any(|port| port.name == *name)) {
        return Err(here(Error::new(Kind::UnknownFeature, "arrays", names(), format!("{name:?}"))));
    }
    let mut take = |port: &&Port| {
        let place = found.iter_mut().find(|(name, _)| *name == port.name);
        place.and_then(|(_, tensor)| tensor.take()).ok_or_else(|| {
            here(Error::new(Kind::MissingFeature, "arrays", format!("an array {:?}", port.name), "none of that name"))
        })
    };
    ports.iter().map(&mut take).collect()
}

/// `edgelet predict` of a network.
pub fn predict(
    network: &Network,
    inputs: &str,
    output: Option<&str>,
    top: Option<usize>,
    globals: Globals,
) -> Result<()> {
    let inference = Inference::new(network.clone());
    let made = inference.run(given(network, &inference, inputs, globals)?)?;
    if let Some(top) = top {
        return stdout::print(&ranked(network, &made, top)?);
    }
    let ports = network.outputs().iter().map(|(port, _)| port);
    let Some(output) = output else {
        let told: BTreeMap<&str, Value> =
            ports.zip(&made).map(|(port, tensor)| Ok((port.name.as_str(), as_json(tensor)?))).collect::<Result<_>>()?;
        return stdout::print(&format!("{}\n", json!(told)));
    };
    let bytes = match (Path::new(output).extension().and_then(|extension| extension.to_str()), &made[..]) {
        (Some("npy"), [tensor]) => npy(tensor),
        (Some("npz"), _) => npz(&ports.map(|port| port.name.as_str()).zip(&made).collect::<Vec<_>>())?,
        _ => {
            return Err(Error::new(Kind::BadOption, "--output", "a name that ends in .npz", output.to_owned())
                .hint("A network with one output also writes .npy."));
        }
    };
    file::write(Path::new(output), &bytes)
}

/// What goes in: tensors in NumPy's files, a picture, a sound, or texts.
///
/// # Errors
/// Those of reading and of [`Inference::image`], [`Inference::audio`] and [`Inference::texts`].
pub fn given(network: &Network, inference: &Inference, location: &str, globals: Globals) -> Result<Vec<Tensor>> {
    let bytes = store::read(location, globals)?;
    let here = |error: Error| error.within(&store::shown(location));
    let untold = |option: &str, what: &str, error: Error| match error.kind() {
        Kind::WrongType => {
            error.hint(format!("`edgelet import NETWORK {option} …` tells how {what} becomes its input."))
        }
        _ => error,
    };
    if is_picture(&bytes) {
        only_input(inference, "picture").map_err(here)?;
        let Picture { bytes, height, width } = read_picture(&bytes).map_err(here)?;
        let tensor = inference.image(0, Pixels { bytes: &bytes, height, width });
        return Ok(vec![tensor.map_err(|error| here(untold("--image", "an image", error)))?]);
    }
    if is_wav(&bytes) {
        only_input(inference, "sound").map_err(here)?;
        let Recording { samples, rate } = read_wav(&bytes).map_err(here)?;
        let tensor = inference.audio(0, Sound { samples: &samples, rate });
        return Ok(vec![tensor.map_err(|error| here(untold("--audio", "a sound", error)))?]);
    }
    let texts = network.preprocessing().iter().find(|found| matches!(found, Preprocessing::Text { .. }));
    match texts.filter(|_| !is_numpy(&bytes)) {
        Some(texts) => texts_of(inference, texts, &bytes).map_err(here),
        None => tensors(location, &bytes, inference.inputs().iter()),
    }
}

/// Refuses a network that one picture or sound is not enough for.
fn only_input(inference: &Inference, what: &str) -> Result<()> {
    match inference.inputs().len() {
        1 => Ok(()),
        count => Err(Error::new(Kind::BadRows, what.to_owned(), "a network with one input", format!("{count} inputs"))
            .hint("Put all of its inputs into an .npz.")),
    }
}

/// The tensors of texts, for a network that takes nothing else.
fn texts_of(inference: &Inference, texts: &Preprocessing, bytes: &[u8]) -> Result<Vec<Tensor>> {
    let read = read_texts(bytes)?;
    let read: Vec<_> = read.iter().map(|(text, second)| (text.as_str(), second.as_deref())).collect();
    let mut made = inference.texts(texts.input(), &read)?;
    made.sort_by_key(|(input, _)| *input);
    if let Some((_, port)) = (inference.inputs().iter().enumerate()).find(|(i, _)| made.iter().all(|made| made.0 != *i))
    {
        return Err(Error::new(Kind::BadRows, port.name.clone(), "a network that takes texts only", "another input")
            .hint("Put all of its inputs into an .npz."));
    }
    Ok(made.into_iter().map(|(_, tensor)| tensor).collect())
}

/// The highest scores of each example with their labels, a line each.
fn ranked(network: &Network, made: &[Tensor], top: usize) -> Result<String> {
    let Some(classes) = network.classes() else {
        return Err(Error::new(Kind::BadOption, "--top", "a network with labels", "one without")
            .hint("`edgelet import NETWORK --labels labels.txt` adds them."));
    };
    let scores: Vec<f64> = match made[0].data() {
        Data::F32(x) => x.iter().map(|x| f64::from(*x)).collect(),
        Data::F64(x) => x.clone(),
        Data::I64(x) => x.iter().map(|x| *x as f64).collect(),
        Data::Text(_) => Vec::new(),
    };
    if made[0].shape().last() != Some(&classes.len()) || scores.is_empty() {
        let expected = format!("{} scores for each example", classes.len());
        return Err(Error::new(Kind::WrongShape, "classes", expected, shown(made[0].shape())));
    }
    let line = |scores: &[f64]| {
        let mut places: Vec<usize> = (0..scores.len()).collect();
        places.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
        let named = |&place: &usize| json!({ "label": classes.get(place).map(label_as_json), "score": scores[place] });
        format!("{}\n", Value::from(places.iter().take(top).map(named).collect::<Vec<_>>()))
    };
    Ok(scores.chunks(classes.len()).map(line).collect())
}

/// A tensor as `model.run` in JavaScript gives it: its type, its shape and its elements in a row.
fn as_json(tensor: &Tensor) -> Result<Value> {
    if tensor.len() > TOLD {
        let found = format!("{} of them", tensor.len());
        return Err(Error::new(Kind::BadOption, "--output", format!("a file for more than {TOLD} numbers"), found)
            .hint("Name an .npz file with -o."));
    }
    // What is no number is null in JSON.
    let data = match tensor.data() {
        Data::F32(x) => json!(x),
        Data::F64(x) => json!(x),
        Data::I64(x) => json!(x),
        Data::Text(x) => json!(x),
    };
    Ok(json!({ "dtype": tensor.dtype().name(), "shape": tensor.shape(), "data": data }))
}

/// Compares what a network makes with what it should, and returns both: what was given and what is expected.
///
/// # Errors
/// [`Kind::Parity`], with the first element that differs.
pub fn agreed(
    network: &Network,
    inputs: &str,
    expect: &str,
    tolerance: f64,
    globals: Globals,
) -> Result<(Vec<Tensor>, Vec<Tensor>)> {
    let inference = Inference::new(network.clone());
    let given = given(network, &inference, inputs, globals)?;
    let expected = store::read(expect, globals)?;
    let expected = tensors(expect, &expected, network.outputs().iter().map(|(port, _)| port))?;
    compare(&inference, &given, &expected, tolerance).map_err(|error| error.within(&store::shown(expect)))?;
    Ok((given, expected))
}

/// Lets a network make its own examples, and says how many there are.
///
/// # Errors
/// [`Kind::Parity`], with the first element that differs.
pub fn prove(network: &Network) -> Result<usize> {
    let (inference, examples) = (Inference::new(network.clone()), network.examples());
    for (i, (given, expected)) in examples.tensors.iter().enumerate() {
        compare(&inference, given, expected, examples.tolerance)
            .map_err(|error| error.within(&format!("example {i}")))?;
    }
    Ok(examples.tensors.len())
}

fn compare(inference: &Inference, given: &[Tensor], expected: &[Tensor], tolerance: f64) -> Result<()> {
    let made = inference.run(given.to_vec())?;
    for (((port, _), made), expected) in inference.outputs().iter().zip(&made).zip(expected) {
        if made.shape() != expected.shape() || made.dtype() != expected.dtype() {
            let shown = |tensor: &Tensor| format!("{} {}", tensor.dtype().name(), shown(tensor.shape()));
            return Err(Error::new(Kind::Parity, port.name.clone(), shown(expected), shown(made)));
        }
        if let Some(i) = first_difference(made, expected, tolerance) {
            let at = format!("{}: element {i}", port.name);
            return Err(Error::new(Kind::Parity, at, element(expected.data(), i), element(made.data(), i)));
        }
    }
    Ok(())
}

/// An element as people read it.
fn element(data: &Data, i: usize) -> String {
    match data {
        Data::F32(x) => format!("{:?}", x[i]),
        Data::F64(x) => format!("{:?}", x[i]),
        Data::I64(x) => x[i].to_string(),
        Data::Text(x) => format!("{:?}", x[i]),
    }
}

/// What `edgelet inspect` shows of a network.
pub struct View {
    /// It, as it runs.
    pub network: Network,
    /// As another framework's file has it.
    pub source: Option<Network>,
    work: Result<Vec<Work>>,
}

impl View {
    /// Of a network in an .edgelet, or of one as another framework's file has it, which is made ready.
    ///
    /// # Errors
    /// Those of [`optimize`](optimize()).
    pub fn new(network: Network, is_source: bool) -> Result<Self> {
        let (network, source) = match is_source {
            true => (optimize(network.clone())?, Some(network)),
            false => (network, None),
        };
        let work = sample(&network).and_then(|given| work(&network, given));
        Ok(Self { network, source, work })
    }

    /// As text.
    pub fn text(&self, place: &str) -> String {
        let Self { network, source, work } = self;
        let provenance = network.provenance();
        let weights: usize = network.weights().iter().map(Weight::bytes).sum();
        let parameters: usize = network.weights().iter().map(Weight::len).sum();
        let mut lines = vec![
            place.to_owned(),
            format!("{} {}: {}", provenance.framework, provenance.version, provenance.estimator),
            String::new(),
        ];
        let port = |port: &Port| format!("  {}  {} {}", port.name, port.dtype.name(), port.shown_shape());
        lines.push(format!("inputs ({})", network.inputs().len()));
        lines.extend(network.inputs().iter().map(port));
        lines.push(format!("outputs ({})", network.outputs().len()));
        lines.extend(network.outputs().iter().map(|(output, _)| port(output)));
        lines.push(format!("weights ({}): {parameters} numbers, {weights} bytes", network.weights().len()));
        lines.push(format!("  {}", kinds_of_weights(network)));
        let after = operators(network);
        match source {
            None => {
                lines.push(format!("nodes ({})", network.nodes().len()));
                lines.extend(after.iter().map(|(name, count)| format!("  {count:>5}  {name}")));
            }
            Some(source) => {
                let before = operators(source);
                lines.push(format!("nodes ({} in the file, {} of them)", source.nodes().len(), network.nodes().len()));
                let names: BTreeSet<&&str> = before.keys().chain(after.keys()).collect();
                let of = |counts: &BTreeMap<&str, usize>, name: &str| counts.get(name).copied().unwrap_or(0);
                let line = |name: &&&str| format!("  {:>5} → {:<5} {name}", of(&before, name), of(&after, name));
                lines.extend(names.iter().map(line));
            }
        }
        if let Ok(work) = work {
            let flops: u64 = work.iter().map(|work| work.flops).sum();
            lines.push(format!("work: {} a run", counted(flops as f64, "FLOP")));
        }
        if let Some(classes) = network.classes() {
            let first: Vec<String> = classes.iter().take(SHOWN_CLASSES).map(|label| label.to_string()).collect();
            let more = if classes.len() > first.len() { ", …" } else { "" };
            lines.push(format!("classes ({}): {}{more}", classes.len(), first.join(", ")));
        }
        for preprocessing in network.preprocessing() {
            let name = &network.inputs()[preprocessing.input()].name;
            lines.push(match preprocessing {
                Preprocessing::Image { image, .. } => format!("{name} takes images: {}", description::image(image)),
                Preprocessing::Text { tokenizer, .. } => {
                    format!("{name} takes texts: {}", description::texts(tokenizer))
                }
                Preprocessing::Audio { audio, .. } => format!("{name} takes sounds: {}", description::audio(audio)),
            });
        }
        lines.push(format!("examples: {}", network.examples().tensors.len()));
        lines.join("\n") + "\n"
    }

    /// The same as JSON.
    pub fn value(&self, place: &str) -> Value {
        let Self { network, source, work } = self;
        let mut all = description::ports(network);
        all.insert("model".into(), json!(place));
        all.insert("kind".into(), json!("network"));
        let (mut images, mut texts, mut sounds) = (Map::new(), Map::new(), Map::new());
        for preprocessing in network.preprocessing() {
            let name = network.inputs()[preprocessing.input()].name.clone();
            match preprocessing {
                Preprocessing::Image { image, .. } => images.insert(name, description::image(image).into()),
                Preprocessing::Text { tokenizer, .. } => texts.insert(name, description::texts(tokenizer).into()),
                Preprocessing::Audio { audio, .. } => sounds.insert(name, description::audio(audio).into()),
            };
        }
        all.insert("images".into(), images.into());
        all.insert("texts".into(), texts.into());
        all.insert("sounds".into(), sounds.into());
        all.insert("provenance".into(), description::provenance(network.provenance()).into());
        all.insert("parameters".into(), json!(network.weights().iter().map(Weight::len).sum::<usize>()));
        all.insert("weight_bytes".into(), json!(network.weights().iter().map(Weight::bytes).sum::<usize>()));
        all.insert("operators".into(), json!(operators(network)));
        all.insert("source_operators".into(), json!(source.as_ref().map(operators)));
        let node = |(i, node): (usize, &Node)| {
            let work = work.as_ref().ok().and_then(|work| work.get(i));
            json!({
                "name": node.name, "operator": node.operator.name(), "shape": work.map(|work| &work.shape),
                "flops": work.map(|work| work.flops), "weight_bytes": work.map(|work| work.bytes),
            })
        };
        all.insert("nodes".into(), network.nodes().iter().enumerate().map(node).collect());
        all.insert("examples".into(), json!(network.examples().tensors.len()));
        all.into()
    }

    /// The graph as a picture, beside that of the source.
    ///
    /// # Errors
    /// Those of a run, without which nothing is known of the tensors between.
    pub fn svg(&self, place: &str) -> Result<String> {
        let run = |error: &Error| {
            error.clone().hint("A graph is drawn of a run: keep an example with `edgelet import --verify`.")
        };
        let after = self.work.as_ref().map_err(run)?;
        let Some(source) = &self.source else {
            return Ok(graph::file(&[Drawn { title: place, network: &self.network, work: after }]));
        };
        let before = sample(source).and_then(|given| work(source, given)).map_err(|error| run(&error))?;
        let titles = [
            format!("{place}: {} nodes", source.nodes().len()),
            format!("ready for the edge: {} nodes", self.network.nodes().len()),
        ];
        Ok(graph::file(&[
            Drawn { title: &titles[0], network: source, work: &before },
            Drawn { title: &titles[1], network: &self.network, work: after },
        ]))
    }
}

/// `edgelet bench` of a network.
pub fn bench(network: &Network) -> Result<()> {
    let (seconds, runs) = time(network)?;
    stdout::print(&format!("one run: {:.3} ms, the median of {runs}\n", seconds * 1e3))
}

/// The median time, in seconds, of a run on its example or on zeros; and of how many it is.
pub(super) fn time(network: &Network) -> Result<(f64, usize)> {
    let given = sample(network)?;
    let inference = Inference::new(network.clone());
    let mut rounds = Vec::new();
    let start = Instant::now();
    while rounds.len() < LEAST_RUNS || start.elapsed() < LEAST_TIME {
        let (given, start) = (given.clone(), Instant::now());
        inference.run(given)?;
        rounds.push(start.elapsed().as_secs_f64());
    }
    rounds.sort_by(f64::total_cmp);
    Ok((rounds[rounds.len() / 2], rounds.len()))
}

/// How many weights there are of each type, and how many numbers.
pub fn kinds_of_weights(network: &Network) -> String {
    let mut kinds: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for weight in network.weights() {
        let kind = match weight {
            Weight::Tensor(tensor) => tensor.dtype().name(),
            Weight::Compact(compact) => kind_of(compact),
        };
        let (weights, numbers) = kinds.entry(kind).or_default();
        (*weights, *numbers) = (*weights + 1, *numbers + weight.len());
    }
    let told = kinds.iter().map(|(kind, (weights, numbers))| format!("{numbers} numbers in {weights} of {kind}"));
    told.collect::<Vec<_>>().join(", ")
}

fn kind_of(compact: &Compact) -> &'static str {
    match compact.numbers() {
        Numbers::Half(_) => "float32 as float16",
        Numbers::Byte { .. } => "float32 as int8",
    }
}
