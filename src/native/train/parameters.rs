//! Hyper-parameters, by scikit-learn's names, with its meanings and defaults: what each family has, and what is given for it.

use super::options::Task;
use crate::error::{Error, Kind, Result};
use std::collections::BTreeMap;

/// How alike two names must be for one to be meant by the other, from 0 to 1.
const SIMILAR: f64 = 0.5;

/// A hyper-parameter of a family.
#[derive(Debug)]
pub struct Parameter {
    /// Its name in scikit-learn.
    pub name: &'static str,
    /// What it is where nobody says, as it is written.
    pub default: &'static str,
    /// What may be written.
    pub takes: Takes,
}

/// What a hyper-parameter may be.
#[derive(Debug)]
pub enum Takes {
    /// A whole number of at least that many.
    Whole(usize),
    /// The same, or `auto`.
    WholeOrAuto(usize),
    /// Whole numbers from 1 to that many, joined by `x` or commas: `64x32`.
    Wholes(usize),
    /// A whole number from the one to the other.
    Between(usize, usize),
    /// The same, or `none` for no limit.
    WholeOrNone(usize),
    /// A number that is finite.
    Number,
    /// A number that is finite and at least 0.
    AtLeast0,
    /// The same, or one of these words.
    AtLeast0Or(&'static [&'static str]),
    /// A number that is finite and above 0.
    Above0,
    /// A number from 0 to 1.
    Share,
    /// A number between 0 and 1.
    Inside,
    /// A number above 0 and at most 1.
    Part,
    /// A number above 0 and at most 1, or a whole number of columns, or `sqrt` or `log2` of their number.
    Columns,
    /// One of these words.
    Words(&'static [&'static str]),
    /// A whole number of at least 1, or a share of the variance between 0 and 1, or `none` for all directions.
    Components,
    /// Columns with the direction that the answer must not go against as each grows: `age:1,price:-1`; or `none`.
    Directions,
}

impl Takes {
    /// What is expected, in words.
    fn expected(&self) -> String {
        match self {
            Takes::Whole(least) => format!("a whole number of at least {least}"),
            Takes::WholeOrAuto(least) => format!("a whole number of at least {least}, or auto"),
            Takes::Wholes(most) => format!("whole numbers from 1 to {most}, such as 64 or 64x32"),
            Takes::Between(least, most) => format!("a whole number from {least} to {most}"),
            Takes::WholeOrNone(least) => format!("a whole number of at least {least}, or none"),
            Takes::Number => "a number".into(),
            Takes::AtLeast0 => "a number of at least 0".into(),
            Takes::AtLeast0Or(words) => format!("{} or a number of at least 0", words.join(", ")),
            Takes::Above0 => "a number above 0".into(),
            Takes::Share => "a number from 0 to 1".into(),
            Takes::Inside => "a number between 0 and 1".into(),
            Takes::Part => "a number above 0 and at most 1".into(),
            Takes::Columns => {
                "sqrt, log2, a share such as 0.5 (1.0 for all columns) or a whole number of columns".into()
            }
            Takes::Words(words) => words.join(", "),
            Takes::Components => "a whole number, a share of the variance such as 0.95, or none".into(),
            Takes::Directions => "none, or columns with 1 or -1: age:1,price:-1".into(),
        }
    }

    fn takes(&self, text: &str) -> bool {
        let number = text.parse::<f64>().ok().filter(|x| x.is_finite());
        let is_whole = |least: usize| text.parse::<u32>().is_ok_and(|x| x as usize >= least);
        match self {
            Takes::Whole(least) => is_whole(*least),
            Takes::WholeOrAuto(least) => text == "auto" || is_whole(*least),
            Takes::Wholes(most) => wholes(text).is_some_and(|all| all.iter().all(|x| (1..=*most).contains(x))),
            Takes::Between(least, most) => is_whole(*least) && !is_whole(*most + 1),
            Takes::WholeOrNone(least) => text == "none" || is_whole(*least),
            Takes::Number => number.is_some(),
            Takes::AtLeast0 => number.is_some_and(|x| x >= 0.0),
            Takes::AtLeast0Or(words) => words.contains(&text) || number.is_some_and(|x| x >= 0.0),
            Takes::Above0 => number.is_some_and(|x| x > 0.0),
            Takes::Share => number.is_some_and(|x| (0.0..=1.0).contains(&x)),
            Takes::Inside => number.is_some_and(|x| x > 0.0 && x < 1.0),
            Takes::Part => number.is_some_and(|x| x > 0.0 && x <= 1.0),
            Takes::Columns => {
                matches!(text, "sqrt" | "log2") || is_whole(1) || number.is_some_and(|x| x > 0.0 && x <= 1.0)
            }
            Takes::Components => text == "none" || is_whole(1) || number.is_some_and(|x| x > 0.0 && x < 1.0),
            Takes::Words(words) => words.contains(&text),
            Takes::Directions => text == "none" || directions(text).is_some(),
        }
    }
}

/// `64x32` or `64,32`, taken apart.
fn wholes(text: &str) -> Option<Vec<usize>> {
    text.split(['x', ',']).map(|part| part.trim().parse().ok()).collect()
}

/// `age:1,price:-1`, taken apart. A name may hold colons, but no commas.
fn directions(text: &str) -> Option<Vec<(&str, i8)>> {
    let of_column = |part| {
        let (name, direction): (&str, &str) = str::rsplit_once(part, ':')?;
        let direction = direction.parse().ok().filter(|direction| (-1..=1).contains(direction))?;
        Some((name, direction))
    };
    text.split(',').map(of_column).collect()
}

/// What is given for a family's hyper-parameters; the others have their defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given(BTreeMap<&'static str, String>);

impl Given {
    /// Takes a value for a hyper-parameter.
    ///
    /// # Errors
    /// [`Kind::BadOption`] for a name that the family does not have, and for a value that it does not take.
    pub fn set(&mut self, family: &str, has: &'static [Parameter], name: &str, text: &str) -> Result<()> {
        let parameter =
            has.iter().find(|parameter| parameter.name == name).ok_or_else(|| unknown(family, has, name))?;
        if !parameter.takes.takes(text) {
            let at = format!("--set {name}");
            return Err(Error::new(Kind::BadOption, at, parameter.takes.expected(), format!("{text:?}")));
        }
        self.0.insert(parameter.name, text.to_owned());
        Ok(())
    }

    /// Those that are given, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, text)| (*name, text.as_str()))
    }

    /// With the estimator's name, as scikit-learn writes it: `Ridge(alpha=10)`; only the name if nothing is given.
    pub fn card(&self, estimator: &str) -> String {
        let given: Vec<String> = self.iter().map(|(name, text)| format!("{name}={text}")).collect();
        if given.is_empty() { estimator.to_owned() } else { format!("{estimator}({})", given.join(", ")) }
    }

    /// With the family's name, as people read it: `ridge (alpha=10)`; only the name if nothing is given.
    pub fn label(&self, family: &str) -> String {
        let given: Vec<String> = self.iter().map(|(name, text)| format!("{name}={}", short(text))).collect();
        if given.is_empty() { family.to_owned() } else { format!("{family} ({})", given.join(", ")) }
    }

    /// The values of a family, given or by default.
    pub fn of(&self, has: &'static [Parameter]) -> Values<'_> {
        Values { given: self, has }
    }
}

/// The values of a family's hyper-parameters. They were checked when they were given, so reading cannot fail.
#[derive(Clone, Copy)]
pub struct Values<'a> {
    given: &'a Given,
    has: &'static [Parameter],
}

impl<'a> Values<'a> {
    /// As it is written.
    pub fn word(self, name: &str) -> &'a str {
        let default = || self.has.iter().find(|parameter| parameter.name == name).map_or("", |it| it.default);
        self.given.0.get(name).map_or_else(default, String::as_str)
    }

    /// A number.
    pub fn number(self, name: &str) -> f64 {
        self.word(name).parse().unwrap_or_default()
    }

    /// A whole number.
    pub fn whole(self, name: &str) -> usize {
        self.word(name).parse().unwrap_or_default()
    }

    /// Whole numbers.
    pub fn wholes(self, name: &str) -> Vec<usize> {
        wholes(self.word(name)).unwrap_or_default()
    }

    /// A whole number, or no limit.
    pub fn whole_or_none(self, name: &str) -> Option<usize> {
        self.word(name).parse().ok()
    }

    /// The direction for each of those columns, 0 for those that are not named.
    ///
    /// # Errors
    /// [`Kind::BadOption`] for a column that is not among them.
    pub fn directions(self, name: &str, columns: &[&str]) -> Result<Vec<i8>> {
        let mut found = vec![0; columns.len()];
        for (column, direction) in directions(self.word(name)).unwrap_or_default() {
            let place = columns.iter().position(|known| *known == column).ok_or_else(|| {
                let expected = "names of columns that hold numbers to learn from";
                Error::new(Kind::BadOption, format!("--set {name}"), expected, format!("{column:?}"))
            })?;
            found[place] = direction;
        }
        Ok(found)
    }
}

/// A number with at most four significant digits; what is no number as it is.
fn short(text: &str) -> String {
    match text.parse::<f64>() {
        Ok(x) if text.len() > 6 => format!("{x:.3e}").parse::<f64>().map_or(text.into(), |rounded| rounded.to_string()),
        _ => text.into(),
    }
}

fn unknown(family: &str, has: &[Parameter], name: &str) -> Error {
    let expected = match has {
        [] => format!("nothing: {family} has no hyper-parameters"),
        has => {
            let names: Vec<&str> = has.iter().map(|parameter| parameter.name).collect();
            format!("a hyper-parameter of {family}: {}", names.join(", "))
        }
    };
    let similarity = |parameter: &&Parameter| strsim::normalized_damerau_levenshtein(parameter.name, name);
    let nearest = has.iter().max_by(|a, b| similarity(a).total_cmp(&similarity(b)));
    let error = Error::new(Kind::BadOption, "--set", expected, format!("{name:?}"));
    match nearest.filter(|it| similarity(it) > SIMILAR) {
        Some(parameter) => error.hint(format!("Did you mean {}?", parameter.name)),
        None => error,
    }
}

const C: Parameter = Parameter { name: "C", default: "1", takes: Takes::Above0 };
const ALPHA: Parameter = Parameter { name: "alpha", default: "1", takes: Takes::AtLeast0 };
const L1_RATIO: Parameter = Parameter { name: "l1_ratio", default: "0.5", takes: Takes::Share };
const CLASS_WEIGHT: Parameter =
    Parameter { name: "class_weight", default: "none", takes: Takes::Words(&["none", "balanced"]) };
const MAX_DEPTH: Parameter = Parameter { name: "max_depth", default: "none", takes: Takes::WholeOrNone(1) };
const MIN_SAMPLES_LEAF: Parameter = Parameter { name: "min_samples_leaf", default: "1", takes: Takes::Whole(1) };
const MIN_SAMPLES_SPLIT: Parameter = Parameter { name: "min_samples_split", default: "2", takes: Takes::Whole(2) };
const MIN_IMPURITY_DECREASE: Parameter =
    Parameter { name: "min_impurity_decrease", default: "0", takes: Takes::AtLeast0 };
const N_ESTIMATORS: Parameter = Parameter { name: "n_estimators", default: "100", takes: Takes::Whole(1) };
const MAX_SAMPLES: Parameter = Parameter { name: "max_samples", default: "1.0", takes: Takes::Part };
const IMPURITY: Parameter =
    Parameter { name: "criterion", default: "gini", takes: Takes::Words(&["gini", "entropy", "log_loss"]) };
const TRUE_OR_FALSE: Takes = Takes::Words(&["true", "false"]);

/// Of the lasso and of ridge regression.
pub const PENALTY: &[Parameter] = &[ALPHA];
/// Of the elastic net.
pub const ELASTIC: &[Parameter] = &[ALPHA, L1_RATIO];
/// Of logistic regression.
pub const LOGISTIC: &[Parameter] = &[
    C,
    CLASS_WEIGHT,
    L1_RATIO,
    Parameter { name: "penalty", default: "l2", takes: Takes::Words(&["none", "l1", "l2", "elasticnet"]) },
];

/// Of nearest neighbours.
pub const NEIGHBOURS: &[Parameter] = &[
    Parameter {
        name: "metric",
        default: "euclidean",
        takes: Takes::Words(&["euclidean", "manhattan", "chebyshev", "cosine"]),
    },
    Parameter { name: "n_neighbors", default: "5", takes: Takes::Whole(1) },
    Parameter { name: "weights", default: "uniform", takes: Takes::Words(&["uniform", "distance"]) },
];
/// Of naive Bayes.
pub const BAYES: &[Parameter] = &[Parameter { name: "var_smoothing", default: "1e-9", takes: Takes::AtLeast0 }];

/// Of k-means.
pub const KMEANS: &[Parameter] = &[
    Parameter { name: "max_iter", default: "300", takes: Takes::Whole(1) },
    Parameter { name: "n_clusters", default: "8", takes: Takes::Between(2, crate::model::MAX_WIDTH) },
    Parameter { name: "n_init", default: "10", takes: Takes::Between(1, 1000) },
    Parameter { name: "tol", default: "1e-4", takes: Takes::AtLeast0 },
];
/// Of principal components.
pub const PCA: &[Parameter] = &[
    Parameter { name: "n_components", default: "none", takes: Takes::Components },
    Parameter { name: "whiten", default: "false", takes: TRUE_OR_FALSE },
];

/// Those of support vector machines.
macro_rules! support {
    ($($more:expr),*) => {
        &[
            C,
            $($more,)*
            Parameter { name: "coef0", default: "0", takes: Takes::Number },
            Parameter { name: "degree", default: "3", takes: Takes::Between(0, 100) },
            Parameter { name: "gamma", default: "scale", takes: Takes::AtLeast0Or(&["scale", "auto"]) },
            Parameter {
                name: "kernel",
                default: "rbf",
                takes: Takes::Words(&["linear", "poly", "rbf", "sigmoid"]),
            },
            Parameter { name: "max_iter", default: "none", takes: Takes::WholeOrNone(1) },
            Parameter { name: "tol", default: "1e-3", takes: Takes::Above0 },
        ]
    };
}

/// Of support vector machines.
pub const fn support(task: Task) -> &'static [Parameter] {
    match task {
        Task::Classification => support![CLASS_WEIGHT],
        Task::Regression => support![Parameter { name: "epsilon", default: "0.1", takes: Takes::AtLeast0 }],
    }
}

/// Of multi-layer perceptrons.
pub const NETWORK: &[Parameter] = &[
    Parameter { name: "activation", default: "relu", takes: Takes::Words(&["identity", "logistic", "relu", "tanh"]) },
    Parameter { name: "alpha", default: "1e-4", takes: Takes::AtLeast0 },
    Parameter { name: "batch_size", default: "auto", takes: Takes::WholeOrAuto(1) },
    Parameter { name: "early_stopping", default: "false", takes: TRUE_OR_FALSE },
    Parameter { name: "hidden_layer_sizes", default: "100", takes: Takes::Wholes(1 << 14) },
    Parameter { name: "learning_rate_init", default: "1e-3", takes: Takes::Above0 },
    Parameter { name: "max_iter", default: "200", takes: Takes::Whole(1) },
    Parameter { name: "n_iter_no_change", default: "10", takes: Takes::Whole(1) },
    Parameter { name: "solver", default: "adam", takes: Takes::Words(&["adam", "lbfgs"]) },
    Parameter { name: "tol", default: "1e-4", takes: Takes::AtLeast0 },
    Parameter { name: "validation_fraction", default: "0.1", takes: Takes::Inside },
];

/// Those of gradient boosting that do not depend on the task, before and after those that do.
macro_rules! boosting {
    ($($more:expr),*) => {
        &[
            $($more,)*
            Parameter { name: "early_stopping", default: "auto", takes: Takes::Words(&["auto", "true", "false"]) },
            Parameter { name: "l2_regularization", default: "0", takes: Takes::AtLeast0 },
            Parameter { name: "learning_rate", default: "0.1", takes: Takes::Above0 },
            Parameter { name: "max_bins", default: "255", takes: Takes::Between(2, 255) },
            MAX_DEPTH,
            Parameter { name: "max_features", default: "1.0", takes: Takes::Part },
            Parameter { name: "max_iter", default: "100", takes: Takes::Whole(1) },
            Parameter { name: "max_leaf_nodes", default: "31", takes: Takes::WholeOrNone(2) },
            Parameter { name: "min_samples_leaf", default: "20", takes: Takes::Whole(1) },
            Parameter { name: "monotonic_cst", default: "none", takes: Takes::Directions },
            Parameter { name: "n_iter_no_change", default: "10", takes: Takes::Whole(1) },
            Parameter { name: "tol", default: "1e-7", takes: Takes::AtLeast0 },
            Parameter { name: "validation_fraction", default: "0.1", takes: Takes::Inside },
        ]
    };
}

/// Those of random forests and extremely randomized trees.
macro_rules! forest {
    ($bootstrap:literal, $max_features:literal, $($more:expr),*) => {
        &[
            Parameter { name: "bootstrap", default: $bootstrap, takes: TRUE_OR_FALSE },
            $($more,)*
            MAX_DEPTH,
            Parameter { name: "max_features", default: $max_features, takes: Takes::Columns },
            MAX_SAMPLES,
            MIN_IMPURITY_DECREASE,
            MIN_SAMPLES_LEAF,
            MIN_SAMPLES_SPLIT,
            N_ESTIMATORS,
        ]
    };
}

/// Those of a single tree.
macro_rules! tree {
    ($($more:expr),*) => {
        &[
            $($more,)*
            MAX_DEPTH,
            Parameter { name: "max_features", default: "1.0", takes: Takes::Columns },
            MIN_IMPURITY_DECREASE,
            MIN_SAMPLES_LEAF,
            MIN_SAMPLES_SPLIT,
        ]
    };
}

/// Of gradient boosting.
pub const fn boosting(task: Task) -> &'static [Parameter] {
    match task {
        Task::Classification => boosting![CLASS_WEIGHT],
        Task::Regression => boosting![
            Parameter {
                name: "loss",
                default: "squared_error",
                takes: Takes::Words(&["squared_error", "absolute_error", "gamma", "poisson", "quantile"]),
            },
            Parameter { name: "quantile", default: "0.5", takes: Takes::Inside }
        ],
    }
}

/// Of random forests.
pub const fn random_forest(task: Task) -> &'static [Parameter] {
    match task {
        Task::Classification => forest!["true", "sqrt", CLASS_WEIGHT, IMPURITY],
        Task::Regression => forest!["true", "1.0",],
    }
}

/// Of extremely randomized trees.
pub const fn extra_trees(task: Task) -> &'static [Parameter] {
    match task {
        Task::Classification => forest!["false", "sqrt", CLASS_WEIGHT, IMPURITY],
        Task::Regression => forest!["false", "1.0",],
    }
}

/// Of a single tree.
pub const fn tree(task: Task) -> &'static [Parameter] {
    match task {
        Task::Classification => tree![CLASS_WEIGHT, IMPURITY],
        Task::Regression => tree![],
    }
}
