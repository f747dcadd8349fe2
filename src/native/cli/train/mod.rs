//! `edgelet train`.

mod choice;

use super::preprocess::{audio, image};
use super::progress::Progress;
use super::{Globals, bench, network, stdout};
use crate::error::{Error, Kind, Result};
use crate::format::{encode, encode_network, encode_with};
use crate::model::{Method, Model, Unknown};
use crate::native::data::{self, Format};
use crate::native::report::{self as pages, Made};
use crate::native::store::{self, file};
use crate::native::train::{self, Fill, Fitted, Options, Roles, Source, Space, Task, Unsupervised, cnn, unsupervised};
use crate::network::Tensor;
use choice::{Choice, FillName, TaskName, UnknownName, parse_model, parse_search, parse_set, parse_size};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Fit a model to rows
///
/// Reads ROWS, learns to predict the column COL from all others, and writes one .edgelet file that does the whole
/// work: filling missing values, standardizing, one-hot encoding texts that repeat, weighing the words of others, predicting. Trees take numbers, texts and gaps as
/// they are.
///
/// A fifth of the rows is held out. Cross-validation on the others compares the candidates (--model auto, --search) or
/// scores the model asked for; of those as good as the best, by one standard error, the smallest file is kept; the rows held out give one more, honest score; the model written is refitted to all rows.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Train {
    /// The rows: CSV with a header, NDJSON, NPY or Parquet; for cnn the arrays of an .npz, or a folder with a folder of
    /// pictures or recordings for each label; - is stdin
    rows: String,
    /// How the rows are written down [default: found out]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// The column to predict, or the array; every --model but kmeans and pca needs one
    #[arg(long, short, value_name = "COL")]
    target: Option<String>,
    /// auto, linear, ridge, lasso, elastic-net, logistic, boosting, random-forest, extra-trees, tree, knn, naive-bayes, svm
    /// or mlp; of images and spectrograms cnn; without a target kmeans or pca; scikit-learn's class names work too
    #[arg(long, short, value_name = "NAME", default_value = "auto", value_parser = parse_model, help_heading = "Model")]
    model: Choice,
    /// Predict a number or a class; told from the target's values if not given
    #[arg(long, value_enum, help_heading = "Model")]
    task: Option<TaskName>,
    /// A hyper-parameter by scikit-learn's name: max_depth=6, alpha=0.1, class_weight=balanced; may be given again
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_set, help_heading = "Model")]
    set: Vec<(String, String)>,
    /// Try a hyper-parameter's values (max_depth=3,6,9) or numbers from a range (max_iter=50..400,
    /// learning_rate=log:0.01..0.3), and keep the best; may be given again
    #[arg(long, value_name = "NAME=SPACE", value_parser = parse_search, help_heading = "Model")]
    search: Vec<(String, Space)>,
    /// The most combinations of --search that are tried
    #[arg(long, value_name = "N", default_value_t = 20, help_heading = "Model")]
    trials: usize,
    /// Begin no candidate when three quarters of that time are over: 60s, 5m. What is compared then depends on the machine
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration, help_heading = "Model")]
    budget: Option<Duration>,
    /// The most that a visitor may download, the file as it is uploaded: 50KB, 1.5MB
    #[arg(long, value_name = "SIZE", value_parser = parse_size, help_heading = "Model")]
    max_size: Option<u64>,
    /// On Ctrl-C, keep the best model so far instead of ending without one
    #[arg(long, help_heading = "Model")]
    keep_best: bool,
    /// Leave a column out; may be given again
    #[arg(long, value_name = "COL", help_heading = "Columns")]
    drop: Vec<String>,
    /// A column of texts to learn from by their words; may be given again. A column of too many different texts for
    /// categories, of several words each, is taken as text without that
    #[arg(long, value_name = "COL", help_heading = "Columns")]
    text: Vec<String>,
    /// What of texts counts, by scikit-learn's names: max_features=5000, ngram_range=1,2; may be given again
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_set, help_heading = "Columns")]
    text_set: Vec<(String, String)>,
    /// A column of categories, even if they are many or whole numbers; may be given again
    #[arg(long, value_name = "COL", help_heading = "Columns")]
    categorical: Vec<String>,
    /// A column of dates to learn from by their parts (year, month, day of the week, hour …), of texts as 2026-11-27 or
    /// 2026-11-27T18:30, or of milliseconds since 1970; may be given again. A column of such texts only is taken as dates
    /// without that
    #[arg(long, value_name = "COL", help_heading = "Columns")]
    date: Vec<String>,
    #[command(flatten, next_help_heading = "Pictures, for cnn")]
    image: image::Options,
    #[command(flatten, next_help_heading = "Recordings, for cnn")]
    audio: audio::Options,
    /// The column with how much each row counts
    #[arg(long, value_name = "COL", help_heading = "Columns")]
    weight: Option<String>,
    /// What replaces missing numbers, and the most frequent text missing ones; trees take them as they are [default: mean]
    #[arg(long, value_enum, help_heading = "Columns")]
    impute: Option<FillName>,
    /// Standardize numbers [default: yes, but for linear and for trees]
    #[arg(long, overrides_with = "no_standardize", help_heading = "Columns")]
    standardize: bool,
    /// Leave numbers as they are
    #[arg(long, help_heading = "Columns")]
    no_standardize: bool,
    /// What the model does with a text it never saw: refuse the row, or treat it as none of the known ones [default: refuse]
    #[arg(long, value_enum, help_heading = "Columns")]
    unknown: Option<UnknownName>,
    /// Folds of cross-validation, fewer if rows are few; 0 for none [default: 5; of cnn 3 with --search, else 0]
    #[arg(long, value_name = "K", help_heading = "Evaluation")]
    cv: Option<usize>,
    /// Share of the rows held out for the last score; 0 for none
    #[arg(long, value_name = "X", default_value_t = 0.2, allow_negative_numbers = true, help_heading = "Evaluation")]
    test_size: f64,
    /// Rows with one value in that column are never on both sides of a split: customers, patients
    #[arg(long, value_name = "COL", conflicts_with = "time", help_heading = "Evaluation")]
    group: Option<String>,
    /// Score rows by models of earlier ones only, by that column: a date as 2026-11-27, a number
    #[arg(long, value_name = "COL", help_heading = "Evaluation")]
    time: Option<String>,
    /// Decides how rows are shuffled, and whatever else is left to chance; the same seed gives the same file, but for the time in it
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Evaluation")]
    seed: u64,
    /// Where to write the model [default: ROWS's name with .edgelet, in the current folder]
    #[arg(long, short, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Keep the means of the rows, so that `edgelet explain` can say why the model answers as it does
    #[arg(long)]
    explain: bool,
    /// Write a page with pictures of the fit: candidates, errors, which columns matter and how
    #[arg(long, value_name = "FILE.html")]
    report: Option<PathBuf>,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  edgelet train houses.csv --target price
      compare the candidates, write houses.edgelet
  edgelet train churn.parquet --target churned --drop customer_id --budget 60s --max-size 50KB
      what is best within a minute, of what is small enough
  edgelet train churn.csv --target churned --model logistic --set penalty=l1 --set C=0.1
      one model with scikit-learn's hyper-parameters
  edgelet train churn.csv --target churned --report churn.html
      and a page with pictures of the fit
  edgelet train claims.csv --target claims --model boosting --set loss=poisson --set monotonic_cst=age:-1
      counts that may only fall as the age grows
  edgelet train visits.csv --target bought --group visitor
      no visitor on both sides of a split
  edgelet train rides.csv --target fare --time date --model boosting --search max_leaf_nodes=7,15,31
      the future predicted from the past; the best of three
  edgelet train reviews.csv --target stars --text review --text-set ngram_range=1,2
      words and pairs of words, weighed by how rare they are; the model takes the text itself
  edgelet train rides.csv --target riders --date pickup
      year, month, day of the week, hour … of the dates in a column; the model takes the date itself
  edgelet train churn.csv --target churned --unknown accept -o churn.edgelet
      predict for texts that were never seen, too
  edgelet train customers.csv --drop customer_id --model kmeans --search n_clusters=2..9
      no target: groups of rows, as many as are best apart; the model tells a row's group
  edgelet train sensors.parquet --model pca --set n_components=0.95
      no target: the directions that explain 95 % of the variance; the model transforms rows
  edgelet train waves.csv --target height --model mlp --search hidden_layer_sizes=16,32x16
      a small network, of one layer or two
  edgelet train digits.npz --target labels --model cnn --report digits.html
      images, or spectrograms, from an .npz: a convolutional network
  edgelet train flowers/ --model cnn --image raw --image-set resize=48x48 --set head=average
      a folder of pictures for each label; the network takes pictures of any size
  edgelet train voices.npz --target word --model cnn --group speaker --search filters=16x32,32x64
      no speaker on both sides of a split; the better of two
  generate-rows | edgelet train - --target y --json | jq .metrics
      rows from a pipe, the report for a program

Hyper-parameters (--set, --search) and their defaults are scikit-learn's:
  ridge, lasso      alpha=1
  elastic-net       alpha=1, l1_ratio=0.5
  logistic          C=1, penalty=l2 (none, l1, l2, elasticnet), l1_ratio=0.5, class_weight=none (balanced)
  boosting          learning_rate=0.1, max_iter=100, max_leaf_nodes=31, max_depth=none, min_samples_leaf=20,
                    l2_regularization=0, max_features=1.0, max_bins=255, monotonic_cst=none,
                    early_stopping=auto (true, false), validation_fraction=0.1, n_iter_no_change=10, tol=1e-7;
                    of numbers loss=squared_error (absolute_error, gamma, poisson, quantile), quantile=0.5;
                    of classes class_weight=none (balanced)
  random-forest,    n_estimators=100, max_depth=none, min_samples_split=2, min_samples_leaf=1, max_samples=1.0,
  extra-trees       max_features=1.0 of numbers, sqrt of classes (log2, a share, a count), bootstrap=true of
                    random-forest, min_impurity_decrease=0; of classes criterion=gini (entropy), class_weight
  tree              max_depth, min_samples_split, min_samples_leaf, max_features=1.0, min_impurity_decrease; of classes
                    criterion, class_weight
  knn               n_neighbors=5, weights=uniform (distance), metric=euclidean (manhattan, chebyshev, cosine)
  naive-bayes       var_smoothing=1e-9
  kmeans            n_clusters=8, n_init=10, max_iter=300, tol=1e-4; --search keeps the best silhouette
  pca               n_components=none (a count, or a share of the variance), whiten=false
  svm               C=1, kernel=rbf (linear, poly, sigmoid), gamma=scale (auto, a number), degree=3, coef0=0, tol=1e-3,
                    max_iter=none; of numbers epsilon=0.1; of classes class_weight. At most 30000 rows; auto leaves it out
  mlp               hidden_layer_sizes=100 (64x32: two layers), activation=relu (tanh, logistic, identity), solver=adam
                    (lbfgs), alpha=1e-4, batch_size=auto, learning_rate_init=1e-3, max_iter=200, tol=1e-4,
                    n_iter_no_change=10, early_stopping=false, validation_fraction=0.1; auto leaves it out
  cnn               filters=auto (16x32: two blocks), kernel_size=3, head=auto (flatten, average), dense_units=none, dropout=0,
                    shift=0, epochs=30, batch_size=32, learning_rate=0.01, schedule=cosine (constant), weight_decay=0.05,
                    early_stopping=false, validation_fraction=0.1, n_iter_no_change=10; of classes class_weight.
                    Names are Keras' or PyTorch's where scikit-learn has none
Of texts (--text-set), TfidfVectorizer's: max_features=2000, min_df=2, max_df=1.0, ngram_range=1,1,
                    stop_words=none (english), sublinear_tf=false. Trees take 256 terms of a column at most; linear,
                    knn, naive-bayes, svm and mlp take no texts

SOURCE_DATE_EPOCH sets the time that is written into the model.";

impl Train {
    /// Reads, fits, writes, reports.
    pub fn run(self, globals: Globals) -> Result<()> {
        let options = self.options(globals)?;
        if !matches!(self.model, Choice::Unsupervised(_)) {
            options.target()?;
        }
        if matches!(self.model, Choice::Convolutional) {
            return self.run_convolutional(options, globals);
        }
        let is_text = |name: &str| self.text.iter().any(|text| text == name);
        let table = data::read_with_texts(&self.rows, self.format, &is_text)?;
        let progress = Progress::new(globals.shows_progress());
        if self.keep_best {
            store::heed_interruption()?;
        }
        if let Choice::Unsupervised(family) = self.model {
            let fitted = unsupervised::fit(&table, family, &options, &progress);
            progress.finish();
            let unsupervised::Fitted { model, report, cloud } = fitted?;
            let bytes = encode(&model)?;
            let method = model.signature().outputs[0].method;
            let seconds = self.seconds(&model, method);
            let page = self.page(seconds, &bytes, |made| pages::unsupervised(&report, cloud.as_ref(), made));
            return self.write(&bytes, page, &report, report.download);
        }
        let fitted = train::fit(&table, &options, &progress);
        progress.finish();
        let Fitted { model, background, report, insight } = fitted?;
        let bytes = if self.explain { encode_with(&model, &background)? } else { encode(&model)? };
        let seconds = self.seconds(&model, Method::Predict);
        let page = insight.and_then(|insight| self.page(seconds, &bytes, |made| pages::html(&report, &insight, made)));
        self.write(&bytes, page, &report, report.download)
    }

    /// The same with arrays, or a folder of pictures or recordings, and a network of them.
    fn run_convolutional(&self, mut options: Options, globals: Globals) -> Result<()> {
        let arrays = match Path::new(&self.rows).is_dir() {
            true => self.folder(&options, globals)?,
            false => cnn::of_arrays(data::read_arrays(&self.rows)?, &mut options)?,
        };
        let progress = Progress::new(globals.shows_progress());
        if self.keep_best {
            store::heed_interruption()?;
        }
        let fitted = cnn::fit(arrays, &options, &progress);
        progress.finish();
        let cnn::Fitted { network, report, insight } = fitted?;
        let bytes = encode_network(&network)?;
        let page = match insight {
            None => None,
            Some(insight) => {
                let (seconds, _) = network::time(&network)?;
                self.page(seconds, &bytes, |made| pages::html(&report, &insight, made))
            }
        };
        self.write(&bytes, page, &report, report.download)
    }

    /// The features of a folder of pictures or recordings, with its labels, and with speakers if they are asked for.
    fn folder(&self, options: &Options, globals: Globals) -> Result<Vec<(String, Tensor)>> {
        let Some(source) = &options.source else {
            let expected =
                "how files become what is learned from: --image raw of pictures, --audio librosa of recordings";
            return Err(Error::new(Kind::BadOption, "--image, --audio", expected, "neither, and a folder"));
        };
        let (extensions, template) = match source {
            Source::Sounds(_) => (&data::RECORDINGS[..], "hearing {bar:40} {pos}/{len} {eta}"),
            Source::Pictures(_) => (&data::PICTURES[..], "seeing {bar:40} {pos}/{len} {eta}"),
        };
        let found = data::labelled(Path::new(&self.rows), extensions)?;
        let bar = if globals.shows_progress() { ProgressBar::new(found.len() as u64) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        let arrays = cnn::of_folder(&found, source, &|| bar.inc(1));
        bar.finish_and_clear();
        // What names of files begin with is known of every folder, and not always of use.
        let mut arrays = arrays?;
        arrays.retain(|(name, _)| name != cnn::SPEAKER || self.group.as_ref().is_some_and(|group| group == name));
        Ok(arrays)
    }

    /// The page that --report asks for, of a model that takes so many seconds for a row.
    fn page(&self, seconds: f64, bytes: &[u8], draw: impl FnOnce(&Made<'_>) -> String) -> Option<String> {
        self.report.as_ref()?;
        let output = self.output();
        let name = output.file_name().unwrap_or(output.as_os_str()).to_string_lossy();
        Some(draw(&Made { name: &name, bytes: bytes.len(), seconds }))
    }

    /// How long a model takes for a row, if a page is to tell it.
    fn seconds(&self, model: &Model, method: Method) -> f64 {
        if self.report.is_some() { bench::time(model, method, 1) } else { 0.0 }
    }

    fn output(&self) -> PathBuf {
        self.output.clone().unwrap_or_else(|| default_output(&self.rows))
    }

    /// Writes the model and the page about it, and tells of them.
    fn write(
        &self,
        bytes: &[u8],
        page: Option<String>,
        report: &(impl Serialize + Display),
        download: u64,
    ) -> Result<()> {
        let output = self.output();
        file::write(&output, bytes)?;
        if let (Some(path), Some(page)) = (&self.report, page) {
            file::write(path, page.as_bytes())?;
        }
        let text = if self.json {
            let mut report = serde_json::to_value(report)
                .map_err(|error| Error::new(Kind::Io, "report", "something that JSON can hold", error.to_string()))?;
            report["file"] = output.display().to_string().into();
            report["bytes"] = bytes.len().into();
            format!("{report:#}\n")
        } else {
            format!("{report}\nwrote {} ({} bytes; a visitor downloads {download})\n", output.display(), bytes.len())
        };
        stdout::print(&text)
    }

    /// Refuses what means nothing where nothing is predicted.
    fn check_unsupervised(&self, family: Unsupervised) -> Result<()> {
        let given = [
            ("--target", self.target.is_some()),
            ("--task", self.task.is_some()),
            ("--group", self.group.is_some()),
            ("--time", self.time.is_some()),
            ("--budget", self.budget.is_some()),
            ("--explain", self.explain),
        ];
        let Some((option, _)) = given.into_iter().find(|(_, is_given)| *is_given) else { return Ok(()) };
        let expected = "only what a model without a target can use";
        let error = Error::new(Kind::BadOption, option, expected, format!("--model {}", family.name()));
        Err(if option == "--target" { error.hint("Leave the column out with --drop.") } else { error })
    }

    /// Refuses what means nothing where examples are arrays.
    fn check_convolutional(&self) -> Result<()> {
        let given = [
            ("--format", self.format.is_some()),
            ("--text", !self.text.is_empty()),
            ("--text-set", !self.text_set.is_empty()),
            ("--categorical", !self.categorical.is_empty()),
            ("--date", !self.date.is_empty()),
            ("--impute", self.impute.is_some()),
            ("--standardize", self.standardize),
            ("--no-standardize", self.no_standardize),
            ("--unknown", self.unknown.is_some()),
            ("--explain", self.explain),
        ];
        let refused: Vec<&str> =
            given.into_iter().filter(|(_, is_given)| *is_given).map(|(option, _)| option).collect();
        if refused.is_empty() {
            return Ok(());
        }
        let expected = "only what a network of arrays can use";
        Err(Error::new(Kind::BadOption, refused.join(", "), expected, format!("--model {}", cnn::NAME)))
    }

    fn options(&self, globals: Globals) -> Result<Options> {
        let given = [("--audio", self.audio.is_given()), ("--image", self.image.is_given())];
        let given: Vec<&str> = given.iter().filter(|(_, is_given)| *is_given).map(|(option, _)| *option).collect();
        if !given.is_empty() && !matches!(self.model, Choice::Convolutional) {
            return Err(Error::new(
                Kind::BadOption,
                given.join(", "),
                format!("--model {}", cnn::NAME),
                "another model",
            ));
        }
        let source = match (self.audio.settings(globals)?, self.image.settings(globals)?) {
            (None, None) => None,
            (Some(audio), None) => Some(Source::Sounds(audio.audio(true))),
            (None, Some(image)) => Some(Source::Pictures(image.trained()?)),
            (Some(_), Some(_)) => {
                return Err(Error::new(Kind::BadOption, "--audio, --image", "one of them", "both"));
            }
        };
        let (estimator, named) = match self.model {
            Choice::Auto => (None, None),
            Choice::One(estimator, task) => (Some(estimator), task),
            Choice::Unsupervised(family) => {
                self.check_unsupervised(family)?;
                (None, None)
            }
            Choice::Convolutional => {
                self.check_convolutional()?;
                (None, None)
            }
        };
        // A network takes many times as long as other models: folds only where there is something to choose.
        let folds = match self.model {
            Choice::Convolutional if self.search.is_empty() => 0,
            Choice::Convolutional => 3,
            _ => 5,
        };
        let task = self.task.map(|task| match task {
            TaskName::Regression => Task::Regression,
            TaskName::Classification => Task::Classification,
        });
        if let (Some(named), Some(task)) = (named, task)
            && named != task
        {
            let expected = format!("{}, which is what the model's name says", named.name());
            return Err(Error::new(Kind::BadOption, "--task", expected, task.name()));
        }
        Ok(Options {
            drop: self.drop.clone(),
            texts: self.text.clone(),
            categories: self.categorical.clone(),
            dates: self.date.clone(),
            text_set: self.text_set.clone(),
            roles: Roles { weight: self.weight.clone(), group: self.group.clone(), time: self.time.clone() },
            estimator,
            task: task.or(named),
            set: self.set.clone(),
            search: self.search.clone(),
            trials: self.trials,
            budget: self.budget,
            max_size: self.max_size,
            standardize: (self.standardize || self.no_standardize).then_some(!self.no_standardize),
            impute: match self.impute {
                None | Some(FillName::Mean) => Fill::Mean,
                Some(FillName::Median) => Fill::Median,
            },
            unknown: match self.unknown {
                Some(UnknownName::Accept) => Unknown::Accepted,
                None | Some(UnknownName::Refuse) => Unknown::Refused,
            },
            seed: self.seed,
            test_size: self.test_size,
            folds: self.cv.unwrap_or(folds),
            looks: self.report.is_some(),
            source,
            trained_at: trained_at()?,
            // What a folder tells of its files is their label.
            target: self.target.clone().or(Path::new(&self.rows).is_dir().then(|| cnn::LABEL.to_owned())),
        })
    }
}

/// The time to record: `SOURCE_DATE_EPOCH`, for builds that can be repeated, or now.
fn trained_at() -> Result<Option<u64>> {
    match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => text.parse().map(Some).map_err(|_| {
            Error::new(Kind::BadOption, "SOURCE_DATE_EPOCH", "seconds since 1970, a whole number", format!("{text:?}"))
        }),
        Err(_) => Ok(SystemTime::now().duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs())),
    }
}

/// The name of what was read with `.edgelet`, in the current folder.
pub(super) fn default_output(rows: &str) -> PathBuf {
    let name = rows.split(['?', '#']).next().unwrap_or(rows).trim_end_matches('/');
    let stem = Path::new(name).file_stem().filter(|_| rows != "-");
    Path::new(stem.unwrap_or("model".as_ref())).with_extension("edgelet")
}
