//! What a fit without a target tells, for people and (through serde) for programs.

use super::super::render::{number, write_table};
use super::super::report::Standing;
use serde::Serialize;
use std::fmt;

/// How many columns tell a group or a direction apart, for people.
const TELLING: usize = 4;
/// The most groups or directions that are shown.
const MAX_SHOWN: usize = 20;

/// What a fit without a target tells.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The estimator with its hyper-parameters.
    pub model: String,
    /// Its name in scikit-learn.
    pub estimator: &'static str,
    /// How many rows it was fitted on.
    pub rows: usize,
    /// How many columns it learned from.
    pub features: usize,
    /// What was found.
    #[serde(flatten)]
    pub found: Found,
    /// Every candidate of a search, from best to worst, by 1 - silhouette; empty unless there was a choice.
    pub leaderboard: Vec<Standing>,
    /// How many bytes a visitor downloads: the file as it is uploaded.
    pub download: u64,
    /// How long the fit took.
    pub fit_seconds: f64,
    /// What else one should know.
    pub notes: Vec<String>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Found {
    /// Groups of rows.
    Clusters {
        /// The sum of the squared distances of rows to their centres.
        inertia: f64,
        /// How well groups are apart, from -1 to 1, on at most 2,000 rows.
        silhouette: Option<f64>,
        /// How often the centres moved.
        iterations: usize,
        /// The groups.
        clusters: Vec<Cluster>,
    },
    /// Directions of variance.
    Components {
        /// The directions, from the one of most variance on.
        components: Vec<Component>,
    },
}

/// A group of rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cluster {
    /// How many rows belong to it.
    pub rows: usize,
    /// Its centre, in the columns' own units, and how far that is from the mean of all rows in standard deviations.
    pub centre: Vec<Coordinate>,
}

/// Where a group's centre lies in a column.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Coordinate {
    /// The column.
    pub column: String,
    /// The centre, in its unit.
    pub value: f64,
    /// How far that is from the mean of all rows, in standard deviations.
    pub deviation: f64,
}

/// A direction of variance.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Component {
    /// The variance along it.
    pub explained_variance: f64,
    /// Its share of all.
    pub explained_variance_ratio: f64,
    /// How much each column counts, of standardized columns if they were standardized.
    pub loadings: Vec<(String, f64)>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} on {} rows × {} columns", self.model, self.rows, self.features)?;
        if !self.leaderboard.is_empty() {
            let header = ["", "candidate", "silhouette", "bytes"].map(str::to_owned).to_vec();
            let lines = self.leaderboard.iter().map(|standing| {
                let mark = if standing.chosen { "*" } else { "" };
                let silhouette = number(1.0 - standing.loss.mean);
                vec![mark.to_owned(), standing.model.clone(), silhouette, standing.bytes.to_string()]
            });
            writeln!(f)?;
            write_table(f, std::iter::once(header).chain(lines).collect(), 2)?;
        }
        match &self.found {
            Found::Clusters { inertia, silhouette, iterations, clusters } => {
                let apart = silhouette.map_or("none".to_owned(), number);
                writeln!(f, "\ninertia {}, silhouette {apart}, {iterations} iterations", number(*inertia))?;
                let header = ["cluster", "rows", "share", "what tells it apart"].map(str::to_owned).to_vec();
                let line = |(i, cluster): (usize, &Cluster)| {
                    let share = format!("{:.1} %", 100.0 * cluster.rows as f64 / self.rows as f64);
                    vec![i.to_string(), cluster.rows.to_string(), share, cluster.telling()]
                };
                let lines = clusters.iter().enumerate().take(MAX_SHOWN).map(line);
                write_table(f, std::iter::once(header).chain(lines).collect(), 4)?;
            }
            Found::Components { components } => {
                writeln!(f)?;
                let header = ["component", "variance", "together", "largest loadings"].map(str::to_owned).to_vec();
                let mut together = 0.0;
                let line = |(i, component): (usize, &Component)| {
                    together += component.explained_variance_ratio;
                    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
                    let share = percent(component.explained_variance_ratio);
                    vec![(i + 1).to_string(), share, percent(together), component.telling()]
                };
                let lines = components.iter().enumerate().take(MAX_SHOWN).map(line);
                write_table(f, std::iter::once(header).chain(lines).collect(), 4)?;
            }
        }
        let count = self.found.count();
        if count > MAX_SHOWN {
            writeln!(f, "  and {} more: --json shows them", count - MAX_SHOWN)?;
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "note: {note}"))
    }
}

impl Found {
    fn count(&self) -> usize {
        match self {
            Found::Clusters { clusters, .. } => clusters.len(),
            Found::Components { components } => components.len(),
        }
    }
}

impl Cluster {
    /// The columns in which its centre is farthest from the mean of all rows.
    fn telling(&self) -> String {
        let most = largest(&self.centre, |coordinate| coordinate.deviation);
        let one = |it: &&Coordinate| format!("{} {} ({:+.1} σ)", it.column, number(it.value), it.deviation);
        most.iter().map(one).collect::<Vec<_>>().join(", ")
    }
}

impl Component {
    /// The columns that count most.
    fn telling(&self) -> String {
        let most = largest(&self.loadings, |(_, loading)| *loading);
        most.iter().map(|(name, loading)| format!("{name} {loading:+.2}")).collect::<Vec<_>>().join(", ")
    }
}

/// The few things of the largest absolute measure, from the largest on.
fn largest<T>(things: &[T], measure: impl Fn(&T) -> f64) -> Vec<&T> {
    let mut all: Vec<&T> = things.iter().collect();
    all.sort_by(|a, b| measure(b).abs().total_cmp(&measure(a).abs()));
    all.truncate(TELLING);
    all
}
