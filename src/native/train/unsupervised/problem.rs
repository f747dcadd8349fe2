//! The rows without a target, prepared; one fit to them, its model, and what it found in the columns' own words.

use super::super::features::Features;
use super::super::matrix::{Matrix, mean_and_variance};
use super::super::options::Options;
use super::super::parameters::{Given, Values};
use super::super::prepare::{Preparation, PreparedColumn, Settings};
use super::super::roles::Roles;
use super::super::select;
use super::super::split::sample;
use super::super::watch::Watch;
use super::kmeans::{self, Clusters};
use super::pca::{self, Components, Keep};
use super::{Cloud, Cluster, Component, Coordinate, Fit, Found, Unsupervised};
use crate::error::{Error, Kind, Result};
use crate::format::encode;
use crate::model::{
    ArgMax, Function, InputKind, Labels, Linear, Map, Measure, Method, Model, Output, Pairwise, Parts, Provenance,
    Scale, Signature, TestRows,
};
use crate::native::data::Table;
use std::time::Instant;

/// The most rows whose silhouettes are measured: the work grows with their square.
const MAX_SILHOUETTES: usize = 2000;
/// The most rows of a cloud.
const MAX_POINTS: usize = 1500;

/// The rows, prepared.
pub struct Problem<'a> {
    /// The features.
    pub features: Features,
    preparation: Preparation,
    rows: Matrix,
    /// How much each row counts.
    weights: Option<Vec<f64>>,
    options: &'a Options,
}

/// What a fit found.
pub enum Learned {
    /// Groups, and their silhouette.
    Clusters(Clusters, Option<f64>),
    /// Directions.
    Components(Components),
}

impl<'a> Problem<'a> {
    /// Reads and prepares a table.
    ///
    /// # Errors
    /// Those of the features and the weights.
    pub fn read(table: &Table, options: &'a Options) -> Result<Self> {
        if table.rows < 2 {
            return Err(Error::new(Kind::BadRows, "rows", "at least 2 rows", table.rows.to_string()));
        }
        let features = Features::read(table, options)?;
        if let Some(text) = features.inputs.iter().find(|input| input.kind == InputKind::Text) {
            let (at, found) = (format!("column {:?}", text.name), "texts of many words");
            return Err(Error::new(Kind::BadRows, at, "numbers or categories, without a target", found)
                .hint(format!("Leave it out with --drop {:?}.", text.name)));
        }
        let weights = Roles::read(table, options)?.weights;
        let settings = Settings { fill: options.impute, standardize: options.standardize.or(Some(true)) };
        let all: Vec<usize> = (0..table.rows).collect();
        let (preparation, rows) = features.prepare(&all, settings)?;
        Ok(Self { features, preparation, rows, weights, options })
    }

    /// Fits a family with the options' hyper-parameters and some more.
    ///
    /// # Errors
    /// Those of [`Given::set`], and of the fit.
    pub fn fit(&self, family: Unsupervised, more: &[(String, String)], watch: &dyn Watch) -> Result<Fit> {
        let mut given = Given::default();
        for (name, text) in self.options.set.iter().chain(more) {
            given.set("--set", family.name(), family.parameters(), (name, text))?;
        }
        let values = given.of(family.parameters());
        let begin = Instant::now();
        let learned = match family {
            Unsupervised::KMeans => {
                let clusters = self.clusters(values, watch)?;
                let silhouette = self.silhouette(&clusters);
                Learned::Clusters(clusters, silhouette)
            }
            Unsupervised::Pca => Learned::Components(pca::fit(&self.rows, keep(values))?),
        };
        let seconds = begin.elapsed().as_secs_f64();
        let model = self.model(&learned, values.word("whiten") == "true")?;
        let bytes = select::download(&encode(&model)?)?;
        Ok(Fit { given, learned, model, bytes, seconds })
    }

    fn clusters(&self, values: Values<'_>, watch: &dyn Watch) -> Result<Clusters> {
        let (count, rows) = (values.whole("n_clusters"), self.rows.len());
        if count > rows {
            let expected = format!("at most as many groups as rows: {rows}");
            return Err(Error::new(Kind::BadOption, "--set n_clusters", expected, count.to_string()));
        }
        let settings = kmeans::Settings {
            count,
            starts: values.whole("n_init"),
            most_iterations: values.whole("max_iter"),
            tolerance: values.number("tol"),
            seed: self.options.seed,
        };
        let alike = vec![1.0; if self.weights.is_some() { 0 } else { rows }];
        let clusters = kmeans::fit(&self.rows, self.weights.as_ref().unwrap_or(&alike), &settings, &|| watch.goes_on());
        if clusters.inertia.is_finite() {
            return Ok(clusters);
        }
        Err(Error::new(Kind::Training, "features", "numbers whose squares are finite", clusters.inertia.to_string())
            .hint("Bring the columns to a smaller scale."))
    }

    fn silhouette(&self, clusters: &Clusters) -> Option<f64> {
        let all: Vec<usize> = (0..self.rows.len()).collect();
        let some = sample(&all, MAX_SILHOUETTES, self.options.seed);
        let labels: Vec<usize> = some.iter().map(|&row| clusters.labels[row]).collect();
        kmeans::silhouette(&self.rows.pick(&some), &labels, clusters.centres.len() / self.rows.width)
    }

    /// The model of what was found.
    fn model(&self, learned: &Learned, whitens: bool) -> Result<Model> {
        let mut preparation = self.preparation.clone();
        let (from, width) = (preparation.value, self.rows.width);
        let output = |method, value| Output { method, value };
        let (targets, classes, outputs) = match learned {
            Learned::Clusters(Clusters { centres, .. }, _) => {
                let points = Pairwise { width, points: centres.clone(), measure: Measure::Euclidean };
                let distances = preparation.push("distances", points, vec![from]);
                let nearness = preparation.push("nearness", Map::of(Function::Negative), vec![distances]);
                let nearest = preparation.push("nearest", ArgMax, vec![nearness]);
                let labels = Labels::Integers((0..(centres.len() / width) as i64).collect());
                let outputs = vec![output(Method::Predict, nearest), output(Method::Transform, distances)];
                (vec!["cluster".to_owned()], vec![labels], outputs)
            }
            Learned::Components(Components { means, axes, variances, .. }) => {
                let intercepts = axes.chunks_exact(width).map(|axis| -crate::kernel::dense::dot(axis, means)).collect();
                let project = Linear { width, coefficients: axes.clone(), intercepts };
                let mut value = preparation.push("project", project, vec![from]);
                if whitens {
                    // As scikit-learn's, so that nothing is divided by 0.
                    let divisors = variances.iter().map(|variance| variance.sqrt().max(f64::EPSILON)).collect();
                    let scale = Scale { offsets: vec![0.0; variances.len()], divisors };
                    value = preparation.push("whiten", scale, vec![value]);
                }
                (Vec::new(), Vec::new(), vec![output(Method::Transform, value)])
            }
        };
        let signature = Signature { inputs: self.features.inputs.clone(), targets, classes, outputs };
        let (provenance, tests) = (Provenance::default(), TestRows::default());
        Model::new(Parts { signature, graph: preparation.graph, provenance, tests })
    }

    /// What was found, in the columns' own words and units.
    pub fn found(&self, learned: &Learned) -> Found {
        let columns = &self.preparation.columns;
        match learned {
            Learned::Clusters(found, silhouette) => {
                let spread = |j: usize| mean_and_variance(self.rows.column(j));
                let spreads: Vec<(f64, f64)> = (0..self.rows.width).map(spread).collect();
                let coordinate =
                    |(x, (column, &(mean, variance))): (&f64, (&PreparedColumn, &(f64, f64)))| Coordinate {
                        column: column.name.clone(),
                        value: x * column.divisor + column.offset,
                        deviation: if variance > 0.0 { (x - mean) / variance.sqrt() } else { 0.0 },
                    };
                let mut sizes = vec![0; found.centres.len() / self.rows.width];
                found.labels.iter().for_each(|&label| sizes[label] += 1);
                let centres = found.centres.chunks_exact(self.rows.width);
                let of_centre = |(centre, rows): (&[f64], usize)| Cluster {
                    rows,
                    centre: centre.iter().zip(columns.iter().zip(&spreads)).map(coordinate).collect(),
                };
                let clusters = centres.zip(sizes).map(of_centre).collect();
                let Clusters { inertia, iterations, .. } = *found;
                Found::Clusters { inertia, silhouette: *silhouette, iterations, clusters }
            }
            Learned::Components(found) => {
                let axes = found.axes.chunks_exact(self.rows.width);
                let of_axis = |(axis, (&variance, &share)): (&[f64], (&f64, &f64))| Component {
                    explained_variance: variance,
                    explained_variance_ratio: share,
                    loadings: columns.iter().map(|column| column.name.clone()).zip(axis.iter().copied()).collect(),
                };
                let components = axes.zip(found.variances.iter().zip(&found.shares)).map(of_axis).collect();
                Found::Components { components }
            }
        }
    }

    /// Some of the rows in the plane of their two largest directions; `None` if they have none.
    pub fn cloud(&self, learned: &Learned) -> Option<Cloud> {
        let all: Vec<usize> = (0..self.rows.len()).collect();
        let some = sample(&all, MAX_POINTS, self.options.seed);
        let rows = self.rows.pick(&some);
        let Components { means, axes, shares, .. } = pca::fit(&rows, Keep::Count(2)).ok()?;
        let along = |row: &[f64], axis: &[f64]| {
            row.iter().zip(&means).zip(axis).map(|((x, mean), loading)| (x - mean) * loading).sum::<f64>()
        };
        let (first, second) = axes.split_at(rows.width);
        let group = |row: &usize| if let Learned::Clusters(clusters, _) = learned { clusters.labels[*row] } else { 0 };
        let points = rows.rows().map(|row| [along(row, first), along(row, second)]).zip(some.iter().map(group));
        Some(Cloud { points: points.collect(), shares: [shares[0], shares[1]] })
    }

    /// What one should know about the fit.
    pub fn notes(&self, learned: &Learned) -> Vec<String> {
        let mut notes = Vec::new();
        if let Learned::Clusters(clusters, _) = learned {
            if !clusters.converged {
                notes.push("the centres still moved at the end: allow more with --set max_iter=1000".to_owned());
            }
            let count = clusters.centres.len() / self.rows.width;
            let mut used = vec![false; count];
            clusters.labels.iter().for_each(|&label| used[label] = true);
            let empty = used.iter().filter(|used| !**used).count();
            if empty > 0 {
                notes.push(format!("{empty} of {count} groups have no row: there are too few different rows"));
            }
        }
        notes
    }
}

/// `n_components`.
fn keep(values: Values<'_>) -> Keep {
    match values.whole_or_none("n_components") {
        Some(count) => Keep::Count(count),
        None if values.word("n_components") == "none" => Keep::All,
        None => Keep::Share(values.number("n_components")),
    }
}
