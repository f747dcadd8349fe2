//! The whole road in one command: train, push to a local bucket, predict over http in Node, serve the page.

use crate::lazy;
use crate::pkg;
use crate::shell::{self, Result, cargo, root, stage};
use crate::words;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The models of the demo, what they predict, and how they are trained: the mission's example, and a real data set, whose
/// predictions can be explained. The page's tests know which features its model uses.
const MODELS: [(&str, &str, &[&str]); 2] =
    [("line", "y", &[]), ("iris", "species", &["--model", "logistic", "--set", "C=10", "--explain"])];

/// Runs the demo; `serve` keeps the page up at its end.
pub fn run(serve: bool) -> Result {
    build()?;
    let site = Site::open()?;
    stage("predicting over http in Node");
    let mut node = Command::new("node");
    shell::run(node.current_dir(root()).arg("xtask/demo.mjs").arg(pkg::folder()).arg(&site.address))?;
    if serve {
        println!("\nThe page: {}/   (Ctrl-C ends)", site.address);
        site.wait();
    }
    Ok(())
}

/// Puts the page with its models together in `target/site`: files that any bucket can serve.
pub fn build_site() -> Result {
    build()?;
    let site = fill()?;
    println!("{}", site.strip_prefix(root()).unwrap_or(&site).display());
    Ok(())
}

/// What the site is made of: the package and the program.
fn build() -> Result {
    pkg::run()?;
    stage("the program");
    shell::run(cargo().args(["build", "--workspace", "--bin", "edgelet"]))
}

/// The page with its models in a local bucket, served by `edgelet serve` until it is dropped.
pub struct Site {
    server: Child,
    /// Where it is served, without a slash at the end.
    pub address: String,
}

impl Site {
    /// Trains and pushes the models with the program as it lies there, and serves the page with the package likewise.
    pub fn open() -> Result<Self> {
        start_server(&fill()?)
    }

    fn wait(mut self) {
        // However the server ends, so does the demo.
        let _ = self.server.wait();
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Puts the page, the package, what the page loads later and a bucket together in `target/site`. In the bucket are models that are
/// trained here, and as they are the files of other frameworks that `xtask/data/examples.py` wrote.
fn fill() -> Result<PathBuf> {
    let site = empty_site()?;
    copy_files(&root().join("xtask/data/examples"), &site.join("bucket/models"))?;
    for (name, target, more) in MODELS {
        train_and_push(name, target, more, &site)?;
    }
    train_digits(&site)?;
    train_words(&site)?;
    Ok(site)
}

/// Trains the network of the page's words on voices that are synthesized here, and pushes it with what `edgelet inspect` says of it and
/// with recordings of voices that it never heard.
fn train_words(site: &Path) -> Result {
    let (folder, strangers) = (root().join("target/words"), root().join("target/strangers"));
    words::synthesize(&folder, &strangers)?;
    stage("words: train and push");
    let file = root().join("target/words.edgelet");
    let how = [
        "--group",
        "speaker",
        "--model",
        "cnn",
        "--set",
        "filters=16x32x32",
        "--set",
        "shift=1",
        "--set",
        "epochs=20",
        "--audio",
        "librosa",
    ];
    let front_end = [
        "rate=16000",
        "samples=1s",
        "n_fft=1024",
        "hop_length=640",
        "n_mels=32",
        "fmin=60",
        "fmax=7600",
        "top_db=60",
        "ref=max",
    ];
    let front_end = front_end.iter().flat_map(|setting| ["--audio-set", setting]);
    shell::run(program().arg("train").arg(&folder).args(how).args(front_end).arg("-o").arg(&file))?;
    push_network(site, "words", &file)?;
    for stranger in fs::read_dir(&strangers).map_err(|error| format!("{}: {error}", strangers.display()))? {
        let stranger = stranger.map_err(|error| error.to_string())?;
        copy_files(&stranger.path(), &site.join("bucket/words").join(stranger.file_name()))?;
    }
    Ok(())
}

/// Trains the network of the page's digits on scikit-learn's, tells it how a drawn one becomes its input, and pushes it with what
/// `edgelet inspect` says of it.
fn train_digits(site: &Path) -> Result {
    stage("digits: train and push");
    let (file, trained) = (root().join("target/digits.edgelet"), root().join("target/digits-trained.edgelet"));
    let rows = root().join("xtask/data/digits.npz");
    let how = ["--target", "digit", "--model", "cnn", "--set", "shift=1", "-o"];
    shell::run(program().arg("train").arg(&rows).args(how).arg(&trained))?;
    // Pixels of the training go from 0 to 16.
    let image = ["--image", "unit", "--image-set", "resample=box", "--image-set", "scale=16/255", "-o"];
    shell::run(program().arg("import").arg(&trained).args(image).arg(&file))?;
    push_network(site, "digits", &file)
}

/// Pushes a network, and what `edgelet inspect` says of it beside it.
fn push_network(site: &Path, name: &str, file: &Path) -> Result {
    let models = site.join("bucket/models");
    let place = models.join(format!("{name}.edgelet"));
    shell::run(program().arg("push").arg(file).arg(format!("file://{}", place.display())))?;
    let about = shell::read(program().args(["inspect", "--json"]).arg(file))?;
    let place = models.join(format!("{name}.json"));
    fs::write(&place, about).map_err(|error| format!("{}: {error}", place.display()))
}

/// Puts the page, the package, what the page loads later and an empty bucket together.
fn empty_site() -> Result<PathBuf> {
    let site = root().join("target/site");
    let failed = |error: std::io::Error| format!("{}: {error}", site.display());
    if site.exists() {
        fs::remove_dir_all(&site).map_err(failed)?;
    }
    fs::create_dir_all(site.join("bucket/models")).map_err(failed)?;
    copy_files(&root().join("www"), &site)?;
    copy_files(&pkg::folder(), &site.join("edgelet"))?;
    lazy::into(&site)?;
    Ok(site)
}

fn copy_files(from: &Path, to: &Path) -> Result {
    let failed = |error: std::io::Error| format!("{}: {error}", from.display());
    fs::create_dir_all(to).map_err(failed)?;
    for entry in fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        fs::copy(entry.path(), to.join(entry.file_name())).map_err(failed)?;
    }
    Ok(())
}

/// Trains, pushes, and keeps what the host predicts for the rows as `target/<name>.ndjson`.
fn train_and_push(name: &str, target: &str, more: &[&str], site: &Path) -> Result {
    stage(&format!("{name}: train and push"));
    let file = root().join(format!("target/{name}.edgelet"));
    let rows = root().join(format!("xtask/data/{name}.csv"));
    shell::run(program().arg("train").arg(&rows).args(more).args(["--target", target, "-o"]).arg(&file))?;
    let place = format!("file://{}", site.join(format!("bucket/models/{name}.edgelet")).display());
    shell::run(program().arg("push").arg(&file).arg(&place))?;
    let predictions = root().join(format!("target/{name}.ndjson"));
    let mut predict = program();
    predict.args(["predict", "--json", "--quiet", &place]).arg(&rows).arg("-o").arg(predictions);
    shell::run(&mut predict)
}

fn program() -> Command {
    Command::new(root().join("target/debug/edgelet"))
}

/// Starts `edgelet serve`, which says its address.
fn start_server(site: &Path) -> Result<Site> {
    let mut command = program();
    command.arg("serve").arg(site).args(["--port", "0", "--quiet"]).stdout(Stdio::piped());
    let mut server = command.spawn().map_err(|error| format!("edgelet serve: {error}"))?;
    let mut line = String::new();
    let output = server.stdout.take().ok_or("edgelet serve has no stdout")?;
    BufReader::new(output).read_line(&mut line).map_err(|error| error.to_string())?;
    match line.trim().rsplit_once(" at ") {
        Some((_, address)) => Ok(Site { server, address: address.trim_end_matches('/').to_owned() }),
        None => Err(format!("edgelet serve said {line:?} instead of its address")),
    }
}
