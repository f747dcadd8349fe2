//! Every family's hyper-parameters, and those of texts.

use super::super::options::Task;
use super::{Parameter, Takes};
use crate::model::MAX_WIDTH;

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

/// Of text columns, whatever the family: `TfidfVectorizer`'s.
pub const TEXTS: &[Parameter] = &[
    Parameter { name: "max_df", default: "1.0", takes: Takes::Part },
    Parameter { name: "max_features", default: "2000", takes: Takes::Between(1, 65_536) },
    Parameter { name: "min_df", default: "2", takes: Takes::Whole(1) },
    Parameter { name: "ngram_range", default: "1,1", takes: Takes::Lengths },
    Parameter { name: "stop_words", default: "none", takes: Takes::Words(&["none", "english"]) },
    Parameter { name: "sublinear_tf", default: "false", takes: TRUE_OR_FALSE },
];
/// Of k-means.
pub const KMEANS: &[Parameter] = &[
    Parameter { name: "max_iter", default: "300", takes: Takes::Whole(1) },
    Parameter { name: "n_clusters", default: "8", takes: Takes::Between(2, MAX_WIDTH) },
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

/// Those of convolutional networks, by Keras' names or PyTorch's where scikit-learn has none.
macro_rules! convolutional {
    ($($more:expr),*) => {
        &[
            Parameter { name: "batch_size", default: "32", takes: Takes::Between(2, 4096) },
            $($more,)*
            Parameter { name: "dense_units", default: "none", takes: Takes::WholeOrNone(1) },
            Parameter { name: "dropout", default: "0", takes: Takes::Rest },
            Parameter { name: "early_stopping", default: "false", takes: TRUE_OR_FALSE },
            Parameter { name: "epochs", default: "30", takes: Takes::Between(1, 10_000) },
            Parameter { name: "filters", default: "auto", takes: Takes::WholesOrAuto(1024) },
            Parameter { name: "head", default: "auto", takes: Takes::Words(&["auto", "average", "flatten"]) },
            Parameter { name: "kernel_size", default: "3", takes: Takes::Words(&["1", "3", "5", "7"]) },
            Parameter { name: "learning_rate", default: "0.01", takes: Takes::Above0 },
            Parameter { name: "n_iter_no_change", default: "10", takes: Takes::Whole(1) },
            Parameter { name: "schedule", default: "cosine", takes: Takes::Words(&["constant", "cosine"]) },
            Parameter { name: "shift", default: "0", takes: Takes::Between(0, 64) },
            Parameter { name: "validation_fraction", default: "0.1", takes: Takes::Inside },
            Parameter { name: "weight_decay", default: "0.05", takes: Takes::AtLeast0 },
        ]
    };
}

/// Of convolutional networks.
pub const fn convolutional(task: Task) -> &'static [Parameter] {
    match task {
        Task::Classification => convolutional![CLASS_WEIGHT],
        Task::Regression => convolutional![],
    }
}

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
