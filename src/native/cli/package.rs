//! `edgelet package`.

use super::push::lines;
use super::stdout::print;
use super::trust::Trusting;
use super::{Globals, model};
use crate::error::{Error, Kind, Result};
use crate::format;
use crate::model::{InputKind, Model};
use crate::native::interpreter::Interpreter;
use crate::native::registry;
use crate::native::store::{self, file};
use crate::package::{self, Address, Kit, Options, PackageName, Range, Runtime, Version};
use clap::Args;
use serde_json::{Value, json};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The runtimes of packages, of models of rows and of networks, if the program was built with them: see build.rs.
const RUNTIMES: [Option<&[u8]>; 2] = include!(concat!(env!("OUT_DIR"), "/runtimes.rs"));

/// Make an npm package of one model or network, with types.
///
/// The package has the model inside, or fetches it with --url and checks its hash, and a wasm that is shaken to what the model
/// needs: a linear model's whole package is less than 15 KB as a browser gets it. Its types are made of the model's features,
/// categories and classes, or of a network's inputs, outputs and labels, so that an editor knows them; a wrong row is the same
/// EdgeletError that edgelet throws. It works in browsers, bundlers, Node, Deno, Bun and edge workers.
///
/// Before anything is written, the wasm predicts the model's own test rows, or runs the network's own examples, and has to give the
/// same bits as this program.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  edgelet package churn.edgelet --name @acme/churn
  edgelet package s3://bucket/models/churn@production --name @acme/churn --public-key ed25519:… -o dist
  edgelet package churn.edgelet --name @acme/churn --version 1.4.0 --training churn.csv
  edgelet package churn.edgelet --name @acme/churn --url https://cdn.example.com/churn.edgelet
  edgelet package churn.edgelet --name churn --cdn
  edgelet package churn.edgelet --name churn -o churn-1.0.0.tgz
  edgelet package churn.edgelet --name churn --ready
  edgelet package digits.edgelet --name @acme/digits

Then `npm publish DIR`, or `npm install ./DIR`, with ./churn-1.0.0.tgz instead if that was made, and in JavaScript:
  import { load } from \"@acme/churn\";
  const model = await load();
  model.predict({ age: 31, plan: \"pro\" });
or of a network
  model.classify(canvas);

With --cdn there is a module in one file too, cdn.js, for <script type=\"module\"> on a page without a bundler.")]
pub struct Package {
    /// The model: a path, any URL that can be read, or a reference: MODEL@ALIAS, MODEL@VERSION.
    model: String,
    /// The package's name, by npm's rules: churn, @acme/churn.
    #[arg(long)]
    name: PackageName,
    /// The package's version [default: the release's number and .0.0, or 0.1.0 for a file].
    #[arg(long)]
    version: Option<Version>,
    /// The folder to write; or with a name that ends with .tgz the file that `npm pack` makes of it [default: the name, without
    /// its scope].
    #[arg(long, short, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Fetch the model from this address instead of having it inside; MODEL must be the same file.
    #[arg(long, value_name = "URL")]
    // A text: what clap says of a wrong value repeats it, and this one may be a secret.
    url: Option<String>,
    /// Have the model decoded inside: a large forest is two to three times as large, and weights in few bits are float32, but an
    /// edge worker, whose CPU time is counted, has nothing to decode before its first answer.
    #[arg(long, conflicts_with = "url")]
    ready: bool,
    /// Write a module in one file too.
    #[arg(long)]
    cdn: bool,
    /// Of a model of rows, those that it was trained on: the types and the card tell the range of each number. The rows themselves stay here.
    #[arg(long, value_name = "ROWS")]
    training: Option<String>,
    /// Write into a folder that is no such package, and lose what is in it.
    #[arg(long)]
    force: bool,
    /// JSON instead of text.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    trust: Trusting,
}

impl Package {
    /// Reads the model, makes the package, writes it.
    pub fn run(self, globals: Globals) -> Result<()> {
        let address = self.url.as_deref().map(str::parse::<Address>).transpose()?;
        let output = self.output.clone().unwrap_or_else(|| PathBuf::from(self.name.last()));
        let is_tarball = output.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("tgz"));
        if !is_tarball {
            check_free(&output, self.force)?;
        }
        let (bytes, release) = match model::reference(&self.model, &self.trust)? {
            Some(reference) => {
                let followed = registry::follow(&reference, &self.trust.trust()?, globals)?;
                (followed.bytes, Some(followed.release.version))
            }
            None => (store::read(&self.model, globals)?, None),
        };
        let place = store::shown(&self.model);
        let kit = Kit::of(&bytes);
        let runtime = Runtime::read(RUNTIMES[kit as usize].ok_or_else(|| {
            Error::new(Kind::Unsupported, "package", "a program with the runtimes of packages in it", "one without")
                .hint("Build it by `cargo xtask install` in a checkout of edgelet.")
        })?)?;
        let version = match (self.version, release) {
            (Some(version), _) => version,
            (None, Some(number)) => Version::of_release(number),
            (None, None) => Version::default(),
        };
        let ranges = match (&self.training, kit) {
            (None, _) => Vec::new(),
            (Some(rows), Kit::Rows) => {
                ranges(&format::decode(&bytes).map_err(|error| error.within(&place))?, rows, globals)?
            }
            (Some(_), Kit::Networks) => {
                return Err(
                    Error::new(Kind::BadOption, "--training", "a model of rows", "a network").hint("Leave it out.")
                );
            }
        };
        let options = Options { name: self.name, version, address, ready: self.ready, cdn: self.cdn, ranges };
        let files = package::files(&bytes, &options, &runtime, &Interpreter).map_err(|error| error.within(&place))?;
        match is_tarball {
            true => file::write(&output, &package::tarball(&files)?)?,
            false => write(&output, &files)?,
        }
        let (kind, place) = (if is_tarball { "file" } else { "folder" }, output.display().to_string());
        let sizes = files.iter().map(|(name, bytes)| (name.as_str(), bytes.len()));
        if self.json {
            let files: Vec<Value> = sizes.map(|(name, bytes)| json!({ "name": name, "bytes": bytes })).collect();
            let (name, version) = (options.name.to_string(), options.version.to_string());
            let told = json!({ "name": name, "version": version, kind: place, "files": files });
            return print(&format!("{told:#}\n"));
        }
        let mut told = vec![("package", format!("{} {}", options.name, options.version))];
        told.push((kind, place));
        told.extend(sizes.map(|(name, bytes)| (name, format!("{bytes} bytes"))));
        print(&lines(told))
    }
}

/// The range of the values of each feature that is a number or a date, in the training rows.
fn ranges(model: &Model, rows: &str, globals: Globals) -> Result<Vec<Option<Range>>> {
    let encoded = model::encoded(model, rows, None, globals)?;
    let inputs = &model.signature().inputs;
    let of_input = |j: usize| {
        let values = || encoded.rows.iter().skip(j).step_by(inputs.len()).copied().filter(|x| x.is_finite());
        let (least, most) = (values().reduce(f64::min)?, values().reduce(f64::max)?);
        matches!(inputs[j].kind, InputKind::Numeric | InputKind::Unbounded | InputKind::Date)
            .then_some(Range { least, most })
    };
    Ok((0..inputs.len()).map(of_input).collect())
}

/// Refuses a place where something lies that is no package of ours.
fn check_free(folder: &Path, is_forced: bool) -> Result<()> {
    let wrong = |found: &'static str| {
        Err(Error::new(Kind::Io, folder.display().to_string(), "no folder, or a package that edgelet made", found)
            .hint("Name another folder with -o; --force replaces this one."))
    };
    match fs::symlink_metadata(folder) {
        Err(_) => Ok(()),
        Ok(metadata) if !metadata.is_dir() => wrong("a file"),
        Ok(_) if is_forced || is_ours(folder) => Ok(()),
        Ok(_) => wrong("a folder with other things"),
    }
}

/// Whether a folder is empty, or a package that edgelet made.
fn is_ours(folder: &Path) -> bool {
    let is_empty = fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
    let manifest = fs::read(folder.join("package.json")).ok();
    let manifest = manifest.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    is_empty || manifest.is_some_and(|manifest| manifest.get(package::MARK).is_some())
}

/// Writes the files into a temporary folder beside, and puts it in the folder's place: whoever looks finds the old package
/// or the new one.
fn write(folder: &Path, files: &[(String, Vec<u8>)]) -> Result<()> {
    let failed = |error: io::Error| {
        Error::new(Kind::Io, folder.display().to_string(), "a folder that can be written", error.to_string())
    };
    let absolute = std::path::absolute(folder).map_err(failed)?;
    let beside = absolute.parent().filter(|_| absolute.file_name().is_some()).ok_or_else(|| {
        Error::new(Kind::Io, folder.display().to_string(), "a folder that can be replaced", "the root")
    })?;
    fs::create_dir_all(beside).map_err(failed)?;
    let scratch = tempfile::Builder::new().prefix(".edgelet-").tempdir_in(beside).map_err(failed)?;
    // Made inside, because the temporary folder itself is private.
    let (new, old) = (scratch.path().join("new"), scratch.path().join("old"));
    fs::create_dir(&new).map_err(failed)?;
    for (name, bytes) in files {
        fs::write(new.join(name), bytes).map_err(failed)?;
    }
    if absolute.exists() {
        fs::rename(&absolute, &old).map_err(failed)?;
    }
    fs::rename(&new, &absolute).map_err(|error| {
        // What was there is put back; if even that fails, the first error says enough.
        let _ = fs::rename(&old, &absolute);
        failed(error)
    })
}
