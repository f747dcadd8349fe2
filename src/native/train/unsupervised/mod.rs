//! What is learned from rows without a target: groups of them, and the directions along which they vary.

mod kmeans;
mod pca;
mod problem;
mod report;

pub use report::{Cluster, Component, Coordinate, Found, Report};

use super::course::too_large;
use super::options::Options;
use super::parameters::{Given, Parameter, tables};
use super::report::{Spread, Standing};
use super::watch::Watch;
use super::{assemble, provenance, search};
use crate::error::{Error, Kind, Result};
use crate::model::{Metric, Model};
use crate::native::data::Table;
use problem::{Learned, Problem};

/// A model and what its fit tells.
#[derive(Debug)]
pub struct Fitted {
    /// The model.
    pub model: Model,
    /// What was found.
    pub report: Report,
    /// The rows to look at, if that was asked for and they have a plane.
    pub cloud: Option<Cloud>,
}

/// Some of the rows in the plane of their two largest directions.
#[derive(Debug)]
pub struct Cloud {
    /// Where each lies, and the group that it belongs to; 0 without groups.
    pub points: Vec<([f64; 2], usize)>,
    /// The two directions' shares of the variance.
    pub shares: [f64; 2],
}

/// A family of models that need no target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsupervised {
    /// Groups around centres.
    KMeans,
    /// Directions of variance.
    Pca,
}

impl Unsupervised {
    /// Every family.
    pub const ALL: [Unsupervised; 2] = [Unsupervised::KMeans, Unsupervised::Pca];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Unsupervised::KMeans => "kmeans",
            Unsupervised::Pca => "pca",
        }
    }

    /// Its name in scikit-learn.
    pub const fn class_name(self) -> &'static str {
        match self {
            Unsupervised::KMeans => "KMeans",
            Unsupervised::Pca => "PCA",
        }
    }

    /// The family of that name, here or in scikit-learn.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.name() == name || family.class_name() == name)
    }

    const fn parameters(self) -> &'static [Parameter] {
        match self {
            Unsupervised::KMeans => tables::KMEANS,
            Unsupervised::Pca => tables::PCA,
        }
    }
}

/// One fit.
struct Fit {
    given: Given,
    learned: Learned,
    model: Model,
    bytes: u64,
    seconds: f64,
}

/// Fits a model to all rows of a table. Of a search, the groups with the best silhouette are kept.
///
/// # Errors
/// [`Kind::BadOption`], [`Kind::BadRows`] or [`Kind::NotFinite`] for what cannot be learned; [`Kind::LimitExceeded`] if no
/// candidate is small enough.
pub fn fit(table: &Table, family: Unsupervised, options: &Options, watch: &dyn Watch) -> Result<Fitted> {
    if family == Unsupervised::Pca && (!options.search.is_empty() || options.roles.weight.is_some()) {
        let (option, found) =
            if options.search.is_empty() { ("--weight", "a weight") } else { ("--search", "a search") };
        return Err(Error::new(Kind::BadOption, option, "kmeans, which has a use for it", format!("{found} for pca")));
    }
    let problem = Problem::read(table, options)?;
    let combinations = search::combinations(&options.search, options.trials, options.seed);
    watch.expects(combinations.len());
    let mut fits = Vec::with_capacity(combinations.len());
    for more in &combinations {
        if !fits.is_empty() && !watch.goes_on() {
            break;
        }
        let fit = problem.fit(family, more, watch)?;
        watch.compared(&fit.standing(family, false));
        fits.push(fit);
        watch.fitted(fits.len());
    }
    fits.sort_by(|a, b| a.loss().total_cmp(&b.loss()));
    let is_small = |fit: &Fit| options.max_size.is_none_or(|most| fit.bytes <= most);
    let Some(chosen) = fits.iter().position(is_small) else {
        let smallest = fits.iter().map(|fit| fit.bytes).min();
        return Err(too_large(options, smallest, "ask for fewer groups or directions"));
    };
    let standings = fits.iter().enumerate().map(|(i, fit)| fit.standing(family, i == chosen));
    let leaderboard = if fits.len() > 1 { standings.collect() } else { Vec::new() };
    let chosen = fits.swap_remove(chosen);
    let report = Report {
        model: chosen.given.label(family.name()),
        estimator: family.class_name(),
        rows: table.rows,
        features: problem.features.inputs.len(),
        found: problem.found(&chosen.learned),
        leaderboard,
        download: chosen.bytes,
        fit_seconds: chosen.seconds,
        notes: problem.notes(&chosen.learned),
    };
    let metrics = report.found.metrics();
    let card = chosen.given.card(family.class_name());
    let mut parts = chosen.model.into_parts();
    parts.provenance = provenance(card, table.rows, metrics, options);
    let model = assemble::with_test_rows(Model::new(parts)?, &problem.features)?;
    let cloud = if options.looks { problem.cloud(&chosen.learned) } else { None };
    Ok(Fitted { model, report, cloud })
}

impl Fit {
    /// What candidates are compared by; less is better.
    fn loss(&self) -> f64 {
        match &self.learned {
            Learned::Clusters(_, silhouette) => 1.0 - silhouette.unwrap_or(-1.0),
            Learned::Components(_) => 0.0,
        }
    }

    fn standing(&self, family: Unsupervised, chosen: bool) -> Standing {
        let loss = Spread { mean: self.loss(), std: 0.0 };
        Standing { model: self.given.label(family.name()), loss, bytes: self.bytes, chosen }
    }
}

impl Found {
    /// The measures as a model carries them.
    fn metrics(&self) -> Vec<Metric> {
        let metric = |name: &str, value| Metric { name: name.to_owned(), split: "train".to_owned(), value };
        match self {
            Found::Clusters { inertia, silhouette, .. } => {
                let silhouette = silhouette.map(|silhouette| metric("silhouette", silhouette));
                [Some(metric("inertia", *inertia)), silhouette].into_iter().flatten().collect()
            }
            Found::Components { components } => {
                let explained = components.iter().map(|component| component.explained_variance_ratio).sum();
                vec![metric("explained_variance_ratio", explained)]
            }
        }
    }
}
