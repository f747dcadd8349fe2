//! Small convolutional networks: images, and features of sounds that lie like images, to a class or a number. What is trained
//! here becomes a [`Network`], as imported ones are.
//!
//! [`source`] makes arrays of recordings and pictures, [`images`] reads the arrays, [`shape`] says which layers there are, [`batch`]
//! goes through them and back, [`epochs`] is one fit, [`lower`] makes the network of it; this file compares, chooses and reports as
//! it is done for rows.

mod batch;
mod batch_norm;
mod convolution;
mod epochs;
mod head;
mod images;
mod lower;
mod mistakes;
mod part;
mod pictures;
mod pool;
mod scaling;
mod shape;
mod sounds;
mod source;

pub use source::{LABEL, SPEAKER, of_arrays, of_folder};

use super::candidate::Precision;
use super::course::{self, Chosen, Course};
use super::insight::Insight;
use super::metrics::{self, Measure};
use super::options::{Options, Source, Task};
use super::parameters::{Given, tables};
use super::report::Report;
use super::roles::Order;
use super::select::{self, Study};
use super::split::sample;
use super::target::Target;
use super::watch::Watch;
use super::{provenance, search};
use crate::error::Result;
use crate::format::encode_network;
use crate::infer::Inference;
use crate::network::{Data, Examples, Network, Preprocessing, Tensor};
use epochs::Learned;
use images::Images;
use rayon::prelude::*;
use std::fmt;

/// The name of the family.
pub const NAME: &str = "cnn";
/// How many examples a network carries at most, and in how many bytes.
const MAX_EXAMPLES: usize = 4;
const MAX_EXAMPLE_BYTES: usize = 1 << 14;
/// How far another machine's answers to them may be off, as of imported networks.
const TOLERANCE: f64 = 1e-4;

/// A network and what its fit tells.
#[derive(Debug)]
pub struct Fitted {
    /// The network, fitted to all examples.
    pub network: Network,
    /// How it was chosen and how good it is.
    pub report: Report,
    /// What it does, if that was asked for.
    pub insight: Option<Insight>,
}

/// Hyper-parameters.
#[derive(Clone)]
struct Candidate(Given);

/// What is to be learned.
struct Problem<'a> {
    images: Images,
    options: &'a Options,
    watch: &'a dyn Watch,
}

/// Fits a network to the arrays of an .npz: one of examples, one of targets. Recordings and pictures are features by then:
/// [`of_arrays`] and [`of_folder`] make them, by the source of the options, which the network then carries.
///
/// # Errors
/// [`Kind::BadOption`](crate::error::Kind::BadOption), `BadTarget`, `BadRows`, `NotFinite` or `LimitExceeded` for what cannot be
/// learned, with the array; [`Kind::Training`](crate::error::Kind::Training) if a fit fails.
pub fn fit(arrays: Vec<(String, Tensor)>, options: &Options, watch: &dyn Watch) -> Result<Fitted> {
    options.check_evaluation()?;
    let problem = Problem { images: Images::read(arrays, options)?, options, watch };
    let Images { size, shape, target, target_name, .. } = &problem.images;
    let mut notes = Vec::new();
    let candidates = problem.candidates()?;
    let course = course::run(&problem, options, watch, &mut notes, |_, _, _| Ok(candidates))?;
    if !watch.goes_on() {
        notes.push("the fit was ended early: the network is what there was by then".to_owned());
    }
    if target.values.iter().all(|value| *value == target.values[0]) {
        notes.push(format!("the target is {} in every example: there is nothing to learn", target.values[0]));
    }
    let report =
        Report { features: size.numbers(), shape: shape.clone(), ..course.report(&problem, target_name, NAME, notes)? };
    let Course { chosen, test, .. } = &course;
    let insight = options.looks.then(|| match test {
        Some((split, (network, _))) => problem.insight(network, &chosen.fitted.1, "test", &split.score),
        None => problem.insight(&chosen.fitted.0, &chosen.fitted.1, "train", &problem.all()),
    });
    let Chosen { candidate, fitted: (network, _), .. } = course.chosen;
    let mut parts = network.into_parts();
    parts.provenance = provenance(candidate.0.card(NAME), report.rows, report.provenance_metrics(), options);
    Ok(Fitted { network: Network::new(parts)?, report, insight: insight.transpose()? })
}

impl Problem<'_> {
    /// What the options ask for: one candidate, or those of the search.
    fn candidates(&self) -> Result<Vec<Candidate>> {
        let has = tables::convolutional(self.images.target.task);
        let of = |more: &[(String, String)]| {
            let mut given = Given::default();
            for (name, text) in self.options.set.iter().chain(more) {
                given.set("--set", NAME, has, (name, text))?;
            }
            Ok(Candidate(given))
        };
        let Options { search: space, trials, seed, .. } = self.options;
        search::combinations(space, *trials, *seed).iter().map(|more| of(more)).collect()
    }

    fn all(&self) -> Vec<usize> {
        (0..self.images.target.values.len()).collect()
    }

    /// A network's answers for some examples: examples × outputs.
    fn answers(&self, network: &Network, learned: &Learned, rows: &[usize]) -> Result<Vec<f64>> {
        let inference = Inference::new(network.clone());
        let of_some = |rows: &[usize]| inference.run(vec![self.images.tensor(rows)]);
        let answers: Vec<Vec<Tensor>> =
            rows.par_chunks(batch::at_once(&learned.shape)).map(of_some).collect::<Result<_>>()?;
        let numbers = |tensor: &Tensor| if let Data::F32(x) = tensor.data() { x.clone() } else { Vec::new() };
        Ok(answers.iter().flatten().flat_map(numbers).map(f64::from).collect())
    }

    /// What answers decide for: the number, or the first of the most probable classes.
    fn decided(&self, answers: &[f64]) -> Vec<f64> {
        let most =
            |shares: &[f64]| (1..shares.len()).fold(0, |best, i| if shares[i] > shares[best] { i } else { best });
        match self.images.target.class_count() {
            0 => answers.to_vec(),
            classes => answers.chunks_exact(classes).map(|shares| most(shares) as f64).collect(),
        }
    }

    /// Some of the examples with the network's own answers.
    fn examples(&self, network: &Network) -> Result<Examples> {
        let bytes = self.images.size.numbers() * self.images.dtype.bytes();
        let count = (MAX_EXAMPLE_BYTES / bytes).clamp(1, MAX_EXAMPLES);
        let given = vec![self.images.tensor(&sample(&self.all(), count, self.options.seed))];
        let made = Inference::new(network.clone()).run(given.clone())?;
        Ok(Examples { tensors: vec![(given, made)], tolerance: TOLERANCE })
    }

    fn insight(&self, network: &Network, learned: &Learned, split: &'static str, rows: &[usize]) -> Result<Insight> {
        let (truth, answers) = (self.images.target.of(rows), self.answers(network, learned, rows)?);
        let seen = Insight::seen(&self.images.target, split, &truth, &answers);
        let mistakes = mistakes::of(&self.images, rows, &answers, &self.decided(&answers));
        Ok(Insight { learning: learned.curve.clone(), mistakes, ..seen })
    }
}

impl Study for Problem<'_> {
    type Candidate = Candidate;
    type Fitted = (Network, Learned);
    const SMALLER: &'static str = "let the network be smaller: fewer filters, --set head=average";

    fn target(&self) -> &Target {
        &self.images.target
    }

    fn order(&self) -> &Order {
        &self.images.roles.order
    }

    fn loss(&self) -> &'static str {
        self.images.target.loss()
    }

    fn fitted(
        &self,
        candidate: &Candidate,
        rows: &[usize],
        _: Precision,
        goes_on: &(dyn Fn() -> bool + Sync),
    ) -> Result<(Network, Learned)> {
        let values = candidate.0.of(tables::convolutional(self.images.target.task));
        let learned = epochs::fit(&self.images, rows, values, self.options.seed, self.watch, goes_on)?;
        let network = lower::lower(&self.images, &learned)?;
        let mut parts = network.clone().into_parts();
        parts.examples = self.examples(&network)?;
        parts.classes = self.images.target.classes.clone();
        let preprocessing = |source| match source {
            Source::Sounds(audio) => Preprocessing::Audio { input: 0, audio },
            Source::Pictures(image) => Preprocessing::Image { input: 0, image },
        };
        parts.preprocessing = self.options.source.iter().cloned().map(preprocessing).collect();
        Ok((Network::new(parts)?, learned))
    }

    fn download(&self, (network, _): &(Network, Learned)) -> Result<u64> {
        select::download(&encode_network(network)?)
    }

    fn measures(&self, (network, learned): &(Network, Learned), rows: &[usize]) -> Result<Vec<Measure>> {
        let (truth, answers) = (self.images.target.of(rows), self.answers(network, learned, rows)?);
        let decided = self.decided(&answers);
        Ok(match self.images.target.task {
            Task::Regression => metrics::regression(&truth, &decided),
            Task::Classification => {
                metrics::classification(&truth, &decided, &answers, self.images.target.class_count())
            }
        })
    }

    fn decisions(&self, (network, learned): &(Network, Learned), rows: &[usize]) -> Result<Vec<f64>> {
        Ok(self.decided(&self.answers(network, learned, rows)?))
    }
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.label(NAME))
    }
}
