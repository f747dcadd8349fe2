//! Convolutional networks: beside Keras on scikit-learn's digits, on images and sounds that are made here, and as a program.

use edgelet::error::{Error, Kind};
use edgelet::infer::Inference;
use edgelet::model::Labels;
use edgelet::native::data::{npz, read_tensors};
use edgelet::native::train::cnn::{self, Fitted};
use edgelet::native::train::{Options, Roles, Space, Task, Watch};
use edgelet::network::{Data, Dtype, Network, Tensor, is_close};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A number from 0 to 1 that looks drawn: splitmix64's last steps.
fn chance(i: usize) -> f32 {
    let mixed = (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((mixed ^ mixed >> 31) >> 40) as f32 / 16_777_216.0
}

fn floats(shape: &[usize], number: impl Fn(usize) -> f32) -> Tensor {
    let count = shape.iter().product();
    Tensor::new(Dtype::F32, shape.to_vec(), Data::F32((0..count).map(number).collect())).expect("floats")
}

fn whole(dtype: Dtype, shape: &[usize], number: impl Fn(usize) -> i64) -> Tensor {
    let count = shape.iter().product();
    Tensor::new(dtype, shape.to_vec(), Data::I64((0..count).map(number).collect())).expect("whole numbers")
}

fn texts(texts: impl Iterator<Item = &'static str>) -> Tensor {
    let texts: Vec<String> = texts.map(str::to_owned).collect();
    Tensor::new(Dtype::Text, vec![texts.len()], Data::Text(texts)).expect("texts")
}

/// Arrays with their names.
type Arrays = Vec<(String, Tensor)>;

fn named<const N: usize>(arrays: [(&str, Tensor); N]) -> Arrays {
    arrays.into_iter().map(|(name, tensor)| (name.to_owned(), tensor)).collect()
}

/// Images of 6 × 6 with a bright line across or down, among noise.
fn lines(count: usize) -> [(&'static str, Tensor); 2] {
    let pixel = |i: usize| {
        let (image, y, x) = (i / 36, i / 6 % 6, i % 6);
        let place = image * 7 % 6;
        let is_lit = if image.is_multiple_of(2) { y == place } else { x == place };
        i64::from(is_lit) * 120 + (chance(i) * 100.0) as i64
    };
    let kinds = (0..count).map(|i| if i.is_multiple_of(2) { "across" } else { "down" });
    [("images", whole(Dtype::U8, &[count, 6, 6], pixel)), ("kinds", texts(kinds))]
}

fn options(target: &str, set: &[(&str, &str)]) -> Options {
    let set = set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Options { set, folds: 0, ..Options::new(target) }
}

fn fit(arrays: Arrays, options: &Options) -> Fitted {
    let fitted = cnn::fit(arrays, options, &()).expect("a network");
    assert_proves_itself(&fitted.network);
    fitted
}

fn assert_proves_itself(network: &Network) {
    let (inference, examples) = (Inference::new(network.clone()), network.examples());
    assert!(!examples.tensors.is_empty());
    for (given, expected) in &examples.tensors {
        let made = inference.run(given.clone()).expect("answers");
        assert!(made.iter().zip(expected).all(|(made, expected)| is_close(made, expected, examples.tolerance)));
    }
}

/// A measure on the rows held out.
fn held_out(fitted: &Fitted, name: &str) -> f64 {
    let scores = fitted.report.metrics.iter().find(|scores| scores.name == name);
    scores.and_then(|scores| scores.test).expect("a score")
}

#[test]
fn digits_are_read_as_well_as_keras_reads_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(root.join("target/venv/bin/python"));
    command.arg(root.join("tests/keras/cnn.py")).arg(env!("CARGO_BIN_EXE_edgelet")).arg(folder.path());
    let run = command.output().expect("Python: run `cargo xtask setup`");
    let printed = String::from_utf8_lossy(&run.stdout);
    println!("{printed}");
    assert!(run.status.success(), "{printed}\n{}", String::from_utf8_lossy(&run.stderr));
}

#[test]
fn texts_name_the_classes_and_the_report_says_what_was_learned() {
    let options = Options { looks: true, ..options("kinds", &[("epochs", "12"), ("filters", "8x8")]) };
    let fitted = fit(named(lines(300)), &options);
    let report = &fitted.report;
    assert!(held_out(&fitted, "accuracy") >= 0.98, "{report}");
    assert_eq!((&report.shape[..], report.features, report.held_out), (&[6, 6][..], 36, 60));
    assert_eq!((report.classes.join(" "), report.folds), ("across down".to_owned(), 0));
    assert!(report.to_string().contains("on 300 examples of 6 × 6"), "{report}");
    let insight = fitted.insight.expect("pictures");
    assert_eq!((insight.learning.len(), insight.split, insight.rows), (12, "test", 60));
    let input = &fitted.network.inputs()[0];
    assert_eq!((&*input.name, input.dtype, input.shown_shape()), ("images", Dtype::U8, "[n, 6, 6]".to_owned()));
    let output = &fitted.network.outputs()[0].0;
    assert_eq!((&*output.name, output.shown_shape()), ("probabilities", "[n, 2]".to_owned()));
    let classes = Labels::Strings(vec!["across".to_owned(), "down".to_owned()]);
    assert_eq!(fitted.network.classes(), Some(&classes));
    let provenance = fitted.network.provenance();
    assert_eq!((&*provenance.framework, provenance.rows), ("edgelet", Some(300)));
    assert!(provenance.metrics.iter().any(|metric| metric.name == "accuracy" && metric.split == "test"));
}

/// Spectrograms of 12 frames × 10 bands × 2 channels: a tone that rises or falls, somewhere, among noise.
#[test]
fn sounds_that_rise_are_told_from_those_that_fall() {
    let power = |i: usize| {
        let (sound, frame, band, channel) = (i / 240, i / 20 % 12, i / 2 % 10, i % 2);
        let (begin, slope) = (2.0 + 5.0 * chance(sound), 0.3 + 0.3 * chance(sound + 7777));
        let slope = if sound.is_multiple_of(2) { slope } else { -slope };
        let off = band as f32 - (begin + slope * (frame as f32 - 6.0));
        (-off * off).exp() * (1.0 + channel as f32) + 0.4 * chance(i + 31) - 60.0
    };
    let sounds = named([
        ("mel", floats(&[400, 12, 10, 2], power)),
        ("rises", whole(Dtype::Bool, &[400], |i| i64::from(i % 2 == 0))),
    ]);
    let fitted = fit(sounds, &options("rises", &[("epochs", "8"), ("filters", "8x16"), ("head", "average")]));
    assert!(held_out(&fitted, "accuracy") >= 0.97, "{}", fitted.report);
    assert_eq!(fitted.network.inputs()[0].shown_shape(), "[n, 12, 10, 2]");
    assert_eq!(fitted.report.classes, ["false", "true"]);
}

#[test]
fn numbers_are_learned_in_their_own_units() {
    // A bar of some brightness at some height: how high it is, in thousands.
    let height = |image: usize| 1.0 + 5.0 * chance(image);
    let pixel = |i: usize| {
        let (image, y) = (i / 64, i / 8 % 8);
        let off = y as f32 - height(image);
        (-off * off).exp() * (50.0 + 50.0 * chance(image + 999)) + 5.0 * chance(i)
    };
    let target = floats(&[400], |image| 1000.0 * height(image) + 20_000.0);
    let bars = named([("bars", floats(&[400, 8, 8], pixel)), ("height", target)]);
    let set = [("epochs", "12"), ("filters", "8x8"), ("dense_units", "16")];
    let fitted = fit(bars.clone(), &options("height", &set));
    assert_eq!((fitted.report.task, fitted.report.confusion.is_none()), (Task::Regression, true));
    assert!(held_out(&fitted, "r2") > 0.97, "{}", fitted.report);
    let made = Inference::new(fitted.network).run(vec![bars[0].1.clone()]).expect("numbers");
    assert_eq!((made[0].shape(), made[0].dtype()), (&[400][..], Dtype::F32));
}

/// Each of 40 speakers has a pattern and a label of chance: who is known is recognized, and nothing else can be.
#[test]
fn nobody_is_on_both_sides_of_a_split() {
    let speaker = |i: usize| i % 40;
    let pattern = |i: usize| chance(speaker(i / 36) * 36 + i % 36) + 0.1 * chance(i + 5);
    let arrays = || {
        let labels = whole(Dtype::I64, &[400], |i| i64::from(chance(speaker(i) + 123) < 0.5));
        let voices = whole(Dtype::I32, &[400], |i| speaker(i) as i64);
        named([("frames", floats(&[400, 6, 6], pattern)), ("label", labels), ("voice", voices)])
    };
    let set = [("epochs", "20"), ("filters", "16x16")];
    let roles = Roles { group: Some("voice".into()), ..Roles::default() };
    let apart = fit(arrays(), &Options { roles, ..options("label", &set) });
    let together = fit(arrays(), &Options { drop: vec!["voice".into()], ..options("label", &set) });
    let (apart, together) = (held_out(&apart, "accuracy"), held_out(&together, "accuracy"));
    assert!(together > 0.95, "known voices: {together}");
    assert!(apart < 0.8, "unknown voices: {apart}");
}

#[test]
fn weights_and_early_stopping_are_heeded() {
    let mut arrays = named(lines(200));
    // Rows that count next to nothing are labelled the wrong way round.
    let wrong = |i: usize| i % 10 < 4;
    arrays[1].1 = texts((0..200_usize).map(|i| if i.is_multiple_of(2) == wrong(i) { "down" } else { "across" }));
    arrays.extend(named([("weight", floats(&[200], |i| if wrong(i) { 1e-3 } else { 1.0 }))]));
    let roles = Roles { weight: Some("weight".into()), ..Roles::default() };
    let set = [("epochs", "12"), ("filters", "8x8")];
    let fitted = fit(arrays, &Options { roles, test_size: 0.0, ..options("kinds", &set) });
    let accuracy = fitted.report.metrics[0].train.expect("an accuracy");
    assert!((0.55..0.65).contains(&accuracy), "six of ten are labelled right: {accuracy}");

    let set = [
        ("epochs", "60"),
        ("filters", "4"),
        ("early_stopping", "true"),
        ("n_iter_no_change", "2"),
        ("learning_rate", "0.01"),
    ];
    let stopped = fit(named(lines(200)), &Options { looks: true, test_size: 0.0, ..options("kinds", &set) });
    let learning = stopped.insight.expect("a curve").learning;
    assert!(learning.len() < 60 && learning.iter().all(|(_, told)| told.is_some()), "{}", learning.len());
}

#[test]
fn a_search_keeps_the_smallest_of_the_best_and_a_limit_is_kept() {
    let space = vec![("filters".to_owned(), Space::read("2x2,8x8").expect("a space"))];
    let searched = Options { folds: 2, search: space, ..options("kinds", &[("epochs", "4")]) };
    let fitted = fit(named(lines(120)), &searched);
    let board = &fitted.report.leaderboard;
    assert_eq!((board.len(), board.iter().filter(|standing| standing.chosen).count(), fitted.report.folds), (2, 1, 2));
    assert!(fitted.report.choice.is_some() && board.iter().all(|standing| standing.bytes > 500));
    let small = Options { max_size: Some(300), ..options("kinds", &[("epochs", "1")]) };
    let error = cnn::fit(named(lines(120)), &small, &()).map(|_| ()).expect_err("too large");
    assert_eq!(error.kind(), Kind::LimitExceeded, "{error}");
}

/// Says no after some epochs.
struct Impatient(AtomicUsize);

impl Watch for Impatient {
    fn passed(&self, _: usize, _: usize, _: f64) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn goes_on(&self) -> bool {
        self.0.load(Ordering::Relaxed) < 3
    }
}

#[test]
fn whoever_waits_may_end_the_epochs() {
    let (watch, set) = (Impatient(AtomicUsize::new(0)), [("epochs", "1000"), ("filters", "4")]);
    let fitted = cnn::fit(named(lines(60)), &options("kinds", &set), &watch).expect("a network");
    // Three of the fit to all rows, and the one that a fit is worth nothing without.
    assert_eq!(watch.0.load(Ordering::Relaxed), 4);
    assert!(fitted.report.notes.iter().any(|note| note.contains("ended early")), "{:?}", fitted.report.notes);
}

/// What is wrong with arrays.
fn refusal(arrays: Arrays, options: &Options) -> Error {
    cnn::fit(arrays, options, &()).map(|fitted| fitted.report).expect_err("a refusal")
}

#[test]
fn what_cannot_be_learned_from_is_refused() {
    let with = |change: &dyn Fn(&mut Arrays)| {
        let mut arrays = named(lines(60));
        change(&mut arrays);
        arrays
    };
    let images = |tensor: Tensor| with(&move |arrays| arrays[0].1 = tensor.clone());
    let labels = |tensor: Tensor| with(&move |arrays| arrays[1].1 = tensor.clone());
    let plain = options("kinds", &[]);
    let extra = with(&|arrays| arrays.push(("spare".into(), floats(&[60, 3], |_| 0.0))));
    for (arrays, kind, words) in [
        (extra, Kind::BadRows, ["images [60, 6, 6]", "spare [60, 3]"]),
        (images(floats(&[60, 36], |_| 0.0)), Kind::BadRows, ["images", "[60, 36]"]),
        (images(floats(&[60, 6, 6, 1, 1], |_| 0.0)), Kind::BadRows, ["images", "[60, 6, 6, 1, 1]"]),
        (images(floats(&[60, 2000, 1], |_| 0.0)), Kind::LimitExceeded, ["images", "[60, 2000, 1]"]),
        (images(floats(&[60, 0, 6], |_| 0.0)), Kind::LimitExceeded, ["images", "[60, 0, 6]"]),
        (images(floats(&[5, 6, 6], |_| 0.0)), Kind::BadRows, ["images", "10 examples"]),
        (images(floats(&[60, 6, 6], |i| if i == 100 { f32::NAN } else { 1.0 })), Kind::NotFinite, ["example 2", "NaN"]),
        (images(whole(Dtype::I64, &[60, 6, 6], |i| 1 << (i % 40))), Kind::BadRows, ["example 0", "2^24"]),
        (images(floats(&[60, 6, 6], |i| if i % 2 == 0 { 3e38 } else { -3e38 })), Kind::NotFinite, ["channel 0", "e38"]),
        (labels(floats(&[59], |_| 0.0)), Kind::BadRows, ["kinds", "[59]"]),
        (labels(floats(&[60, 2], |_| 0.0)), Kind::BadRows, ["kinds", "[60, 2]"]),
        (labels(floats(&[60], |i| if i == 7 { f32::NAN } else { i as f32 })), Kind::BadTarget, ["kinds", "row 7"]),
        (labels(texts((0..60).map(|_| "same"))), Kind::BadTarget, ["kinds", "at least 2 classes"]),
        (labels(texts((0..60).map(|i| if i == 3 { "" } else { "a" }))), Kind::BadTarget, ["kinds", "row 3"]),
    ] {
        let error = refusal(arrays, &plain);
        assert_eq!(error.kind(), kind, "{error}");
        assert!(words.iter().all(|word| error.to_string().contains(word)), "{words:?}: {error}");
    }
    let lines = || named(lines(60));
    let of = |set: &[(&str, &str)]| refusal(lines(), &options("kinds", set));
    for (error, kind, word) in [
        (refusal(lines(), &options("labels", &[])), Kind::BadOption, "images [60, 6, 6], kinds [60]"),
        (refusal(lines(), &Options { drop: vec!["no".into()], ..plain.clone() }), Kind::BadOption, "--drop"),
        (of(&[("filters", "16x0")]), Kind::BadOption, "16x32"),
        (of(&[("filter", "16")]), Kind::BadOption, "filters"),
        (of(&[("kernel_size", "2")]), Kind::BadOption, "1, 3, 5, 7"),
        (of(&[("dropout", "1")]), Kind::BadOption, "below 1"),
        (of(&[("filters", "1024x1024"), ("kernel_size", "7")]), Kind::LimitExceeded, "weights"),
        (of(&[("filters", "1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1")]), Kind::LimitExceeded, "16 blocks"),
        (of(&[("learning_rate", "1e30")]), Kind::Training, "learning_rate"),
    ] {
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(word), "{word}: {error}");
    }
}

fn edgelet(folder: &Path, threads: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_edgelet"));
    command.env("SOURCE_DATE_EPOCH", "1700000000").env("RAYON_NUM_THREADS", threads);
    command.args(arguments).current_dir(folder).output().expect("the program")
}

fn folder_with_lines() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let arrays = lines(150);
    let arrays: Vec<(&str, &Tensor)> = arrays.iter().map(|(name, tensor)| (*name, tensor)).collect();
    fs::write(folder.path().join("lines.npz"), npz(&arrays).expect("an archive")).expect("a file");
    folder
}

#[test]
fn the_file_is_the_same_on_any_number_of_threads() {
    let folder = folder_with_lines();
    let train = |threads: &str, out: &str| {
        let set = ["epochs=3", "filters=8x8", "shift=1", "dropout=0.2", "early_stopping=true"];
        let set = set.into_iter().flat_map(|set| ["--set", set]);
        let common = ["train", "lines.npz", "--target", "kinds", "--model", "cnn", "-o", out];
        let run = edgelet(folder.path(), threads, &common.into_iter().chain(set).collect::<Vec<_>>());
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        fs::read(folder.path().join(out)).expect("a file")
    };
    assert!(train("1", "one.edgelet") == train("2", "two.edgelet"), "other bytes");
}

#[test]
fn the_program_writes_a_network_and_a_page() {
    let folder = folder_with_lines();
    let set = ["--set", "epochs=1", "--set", "filters=2", "--set", "learning_rate=1e-6"];
    let common = ["train", "lines.npz", "--target", "kinds", "--model", "cnn", "--report", "fit.html", "--json"];
    let run = edgelet(folder.path(), "2", &[&common[..], &set].concat());
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let report: serde_json::Value = serde_json::from_slice(&run.stdout).expect("JSON");
    assert_eq!((&report["shape"], &report["estimator"]), (&serde_json::json!([6, 6]), &serde_json::json!("cnn")));
    assert_eq!(report["file"], "lines.edgelet");
    // It has learned nothing, so it is wrong somewhere.
    let page = fs::read_to_string(folder.path().join("fit.html")).expect("a page");
    for part in ["data:image/png;base64,", "What it gets wrong", "Confusion", "Calibration", "6 × 6"] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("Which columns matter"));

    let network = |arguments: &[&str]| {
        let run = edgelet(folder.path(), "2", arguments);
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        String::from_utf8_lossy(&run.stdout).into_owned()
    };
    assert!(network(&["verify", "lines.edgelet"]).contains("1 example"));
    assert!(network(&["inspect", "lines.edgelet"]).contains("images  uint8 [n, 6, 6]"));
    let [(name, images), _] = lines(5);
    fs::write(folder.path().join("new.npz"), npz(&[(name, &images)]).expect("an archive")).expect("a file");
    assert_eq!(network(&["predict", "lines.edgelet", "new.npz", "--top", "1"]).matches("\"label\"").count(), 5);
    network(&["predict", "lines.edgelet", "new.npz", "-o", "answers.npz"]);
    let answers = read_tensors(&fs::read(folder.path().join("answers.npz")).expect("answers")).expect("tensors");
    assert_eq!((&*answers[0].0, answers[0].1.shape()), ("probabilities", &[5, 2][..]));
}

#[test]
fn options_that_mean_nothing_here_are_refused_by_name() {
    let folder = folder_with_lines();
    fs::write(folder.path().join("rows.csv"), "x,y\n1,2\n").expect("a file");
    let common = ["train", "lines.npz", "--target", "kinds", "--model", "cnn"];
    for (options, words) in [
        (vec!["--text", "x", "--impute", "median", "--explain"], vec!["--text, --impute, --explain", "cnn"]),
        (vec!["--date", "x", "--unknown", "accept"], vec!["--date, --unknown"]),
        (vec!["--no-standardize"], vec!["--no-standardize"]),
        (vec!["--cv", "1"], vec!["--cv"]),
        (vec!["--cv", "0", "--search", "epochs=1,2"], vec!["--search"]),
    ] {
        let run = edgelet(folder.path(), "1", &[&common[..], &options].concat());
        let told = String::from_utf8_lossy(&run.stderr).into_owned();
        assert!(!run.status.success() && words.iter().all(|word| told.contains(word)), "{options:?}: {told}");
    }
    for (arguments, word) in [
        (&["rows.csv", "--target", "y", "--model", "cnn"][..], "numpy.savez"),
        (&["lines.npz", "--target", "kinds"], "--model cnn"),
    ] {
        let run = edgelet(folder.path(), "1", &[&["train"], arguments].concat());
        let told = String::from_utf8_lossy(&run.stderr).into_owned();
        assert!(!run.status.success() && told.contains(word), "{told}");
    }
}
