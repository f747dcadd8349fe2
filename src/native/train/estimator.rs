//! The families of models that can be trained: their names, here and in scikit-learn, and what each needs and does.

use super::options::Task;
use super::parameters::{Parameter, tables};

/// A family of models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Estimator {
    /// Ordinary least squares.
    Linear,
    /// Least squares with an L2 penalty.
    Ridge,
    /// Least squares with an L1 penalty.
    Lasso,
    /// Least squares with both penalties.
    ElasticNet,
    /// Logistic regression: binary, or multinomial for more than two classes.
    Logistic,
    /// Gradient boosting of trees over binned columns.
    Boosting,
    /// Trees of resampled rows and columns, averaged.
    RandomForest,
    /// Trees of random thresholds, averaged.
    ExtraTrees,
    /// One decision tree.
    Tree,
    /// The nearest of the rows.
    Neighbours,
    /// A bell for each class and column.
    Bayes,
    /// Kernels of the rows at the border.
    Support,
    /// Layers of linear functions, bent.
    Network,
}

impl Estimator {
    /// Every family.
    pub const ALL: [Estimator; 13] = [
        Estimator::Linear,
        Estimator::Ridge,
        Estimator::Lasso,
        Estimator::ElasticNet,
        Estimator::Logistic,
        Estimator::Boosting,
        Estimator::RandomForest,
        Estimator::ExtraTrees,
        Estimator::Tree,
        Estimator::Neighbours,
        Estimator::Bayes,
        Estimator::Support,
        Estimator::Network,
    ];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Estimator::Linear => "linear",
            Estimator::Ridge => "ridge",
            Estimator::Lasso => "lasso",
            Estimator::ElasticNet => "elastic-net",
            Estimator::Logistic => "logistic",
            Estimator::Boosting => "boosting",
            Estimator::RandomForest => "random-forest",
            Estimator::ExtraTrees => "extra-trees",
            Estimator::Tree => "tree",
            Estimator::Neighbours => "knn",
            Estimator::Bayes => "naive-bayes",
            Estimator::Support => "svm",
            Estimator::Network => "mlp",
        }
    }

    /// Its name in scikit-learn where it does a task.
    pub const fn class_name(self, task: Task) -> &'static str {
        match (self, task) {
            (Estimator::Linear, _) => "LinearRegression",
            (Estimator::Ridge, _) => "Ridge",
            (Estimator::Lasso, _) => "Lasso",
            (Estimator::ElasticNet, _) => "ElasticNet",
            (Estimator::Logistic, _) => "LogisticRegression",
            (Estimator::Boosting, Task::Regression) => "HistGradientBoostingRegressor",
            (Estimator::Boosting, Task::Classification) => "HistGradientBoostingClassifier",
            (Estimator::RandomForest, Task::Regression) => "RandomForestRegressor",
            (Estimator::RandomForest, Task::Classification) => "RandomForestClassifier",
            (Estimator::ExtraTrees, Task::Regression) => "ExtraTreesRegressor",
            (Estimator::ExtraTrees, Task::Classification) => "ExtraTreesClassifier",
            (Estimator::Tree, Task::Regression) => "DecisionTreeRegressor",
            (Estimator::Tree, Task::Classification) => "DecisionTreeClassifier",
            (Estimator::Neighbours, Task::Regression) => "KNeighborsRegressor",
            (Estimator::Neighbours, Task::Classification) => "KNeighborsClassifier",
            (Estimator::Bayes, _) => "GaussianNB",
            (Estimator::Support, Task::Regression) => "SVR",
            (Estimator::Support, Task::Classification) => "SVC",
            (Estimator::Network, Task::Regression) => "MLPRegressor",
            (Estimator::Network, Task::Classification) => "MLPClassifier",
        }
    }

    /// The family of that name, and the task that the name says: `RandomForestRegressor` regresses, `random-forest` does both.
    pub fn by_name(name: &str) -> Option<(Self, Option<Task>)> {
        let tasks = [Task::Regression, Task::Classification];
        Self::ALL.into_iter().find_map(|estimator| {
            let mut done = tasks.into_iter().filter(|&task| estimator.does(task));
            let (first, more) = (done.next()?, done.next());
            if estimator.name() == name {
                return Some((estimator, more.is_none().then_some(first)));
            }
            let task = tasks.into_iter().find(|&task| estimator.does(task) && estimator.class_name(task) == name)?;
            Some((estimator, Some(task)))
        })
    }

    /// Whether it does a task.
    pub const fn does(self, task: Task) -> bool {
        match self {
            Estimator::Linear | Estimator::Ridge | Estimator::Lasso | Estimator::ElasticNet => {
                matches!(task, Task::Regression)
            }
            Estimator::Logistic | Estimator::Bayes => matches!(task, Task::Classification),
            _ => true,
        }
    }

    /// The only task that it does; `None` if it does both.
    pub fn only_task(self) -> Option<Task> {
        match (self.does(Task::Regression), self.does(Task::Classification)) {
            (true, false) => Some(Task::Regression),
            (false, true) => Some(Task::Classification),
            _ => None,
        }
    }

    /// Whether it takes missing numbers and categories as they are.
    pub const fn is_tree(self) -> bool {
        matches!(self, Estimator::Boosting | Estimator::RandomForest | Estimator::ExtraTrees | Estimator::Tree)
    }

    /// What helps a solver that did not reach its tolerance.
    pub const fn converges_by(self) -> &'static str {
        match self {
            Estimator::Support => "standardize, or lower C",
            Estimator::Network => "raise max_iter or tol",
            _ => "standardize, or penalize more (classes may be separable)",
        }
    }

    /// Whether it takes columns of texts: thousands of numbers a row, most of them 0.
    pub const fn takes_texts(self) -> bool {
        !matches!(
            self,
            Estimator::Linear | Estimator::Neighbours | Estimator::Bayes | Estimator::Support | Estimator::Network
        )
    }

    /// Its hyper-parameters where it does a task.
    pub const fn parameters(self, task: Task) -> &'static [Parameter] {
        match self {
            Estimator::Linear => &[],
            Estimator::Ridge | Estimator::Lasso => tables::PENALTY,
            Estimator::ElasticNet => tables::ELASTIC,
            Estimator::Logistic => tables::LOGISTIC,
            Estimator::Boosting => tables::boosting(task),
            Estimator::RandomForest => tables::random_forest(task),
            Estimator::ExtraTrees => tables::extra_trees(task),
            Estimator::Tree => tables::tree(task),
            Estimator::Neighbours => tables::NEIGHBOURS,
            Estimator::Bayes => tables::BAYES,
            Estimator::Support => tables::support(task),
            Estimator::Network => tables::NETWORK,
        }
    }
}
