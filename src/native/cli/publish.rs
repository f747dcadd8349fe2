//! `edgelet push MODEL ADDRESS --alias NAME`: a model's next version.

use super::push::{Compressed, Push, lines};
use super::stdout::print;
use super::{Globals, description, model, signing};
use crate::error::{Error, Kind, Result};
use crate::format::Content;
use crate::model::{Method, Model};
use crate::native::data;
use crate::native::registry::{AppKey, Before, Blob, Home, Publication, Seconds, Signer, shown_time};
use serde_json::{Map, Value};

/// The longest schema that a release repeats; a longer one is in the model only.
const LONGEST_SCHEMA: usize = 256 << 10;

impl Push {
    /// Publishes the model as its next version and, if an alias is named, lets that be it.
    pub(super) fn publish(&self, content: &Content, bytes: Vec<u8>, globals: Globals) -> Result<()> {
        let signers = self.signing.signers()?;
        let home = self.signing.home(&self.dest, &signers, globals)?;
        let before = self.alias.as_deref().map(|alias| home.before(alias, &signers)).transpose()?;
        let (schema, provenance) = match self.encrypt {
            // What is confidential is not told beside it.
            Some(_) => Default::default(),
            None => described(content),
        };
        let profile = match (&self.training, content) {
            (None, _) => None,
            (Some(rows), Content::Model(model)) => Some(profile(model, rows, globals)?),
            (Some(_), Content::Network(_)) => {
                return Err(Error::new(Kind::BadOption, "--training", "a model of rows", "a network"));
            }
        };
        let (bytes, encryption) = match &self.encrypt {
            Some(path) => {
                let (bytes, encryption) = AppKey::read(path)?.encrypt(&bytes, &home.model)?;
                (bytes, Some(encryption))
            }
            None => (bytes, None),
        };
        let compressed = if home.folder.keeps_headers() { self.compressed(&bytes)? } else { Compressed::Never };
        let publication = Publication {
            blob: Blob::of(&bytes, encryption),
            schema,
            provenance,
            profile,
            expires: signing::expiry(self.release_expires),
            gzipped: compressed.bytes(),
            bytes,
        };
        let facts = Facts { home: &home, publication: &publication, compressed: &compressed, signers: &signers };
        if self.dry_run {
            let version = home.next_version()?;
            let alias = before.as_ref().map(|before| format!("{} would be version {version}", before.name));
            return print(&facts.report("would push", version, alias, None));
        }
        let replaced = before.as_ref().and_then(Before::replaced);
        let target = home.publish(&publication, replaced, &signers)?;
        let version = target.version;
        let Some(before) = before else { return print(&facts.report("pushed", version, None, None)) };
        let (targets, expires) = (vec![target], signing::expiry(self.expires));
        let previous = before.previous_of(&targets);
        let alias = home.move_alias(&before, targets, previous, expires, &signers).map_err(|error| {
            let address = home.folder.address();
            match error.kind() {
                Kind::Conflict => error.hint(format!(
                    "Version {version} is published, and nothing is lost: `edgelet promote {address}@{version} --alias \
                     {}` puts it in force.",
                    before.name
                )),
                _ => error,
            }
        })?;
        let alias = format!("{} is version {version} (serial {})", alias.alias, alias.serial);
        print(&facts.report("pushed", version, Some(alias), expires))
    }
}

/// What a report tells.
struct Facts<'a> {
    home: &'a Home,
    publication: &'a Publication,
    compressed: &'a Compressed,
    signers: &'a [Signer],
}

impl Facts<'_> {
    fn report(&self, title: &'static str, version: u64, alias: Option<String>, expires: Option<Seconds>) -> String {
        let Publication { bytes, blob, expires: release_expires, .. } = self.publication;
        let mut told = vec![
            (title, self.home.folder.place(&format!("releases/{version}"))),
            ("version", version.to_string()),
            ("blob", blob.path()),
            ("bytes", bytes.len().to_string()),
        ];
        told.extend(self.compressed.told(bytes.len()));
        if self.home.folder.keeps_headers() {
            told.push(("content encoding", self.compressed.content_encoding().to_owned()));
        }
        told.extend(blob.encryption.as_ref().map(|encryption| ("encrypted for", encryption.key_id().to_owned())));
        told.push(("signed by", signing::ids(self.signers)));
        told.extend(release_expires.map(|at| ("version expires", shown_time(at))));
        told.extend(expires.map(|at| ("alias expires", shown_time(at))));
        let wanted =
            alias.as_ref().and_then(|alias| alias.split(' ').next()).map_or(version.to_string(), str::to_owned);
        told.extend(alias.map(|alias| ("alias", alias)));
        told.extend(self.home.folder.web_address().map(|address| ("url", format!("{address}@{wanted}"))));
        lines(told)
    }
}

/// What the rows of a file look like, and what the model answers to them.
fn profile(model: &Model, rows: &str, globals: Globals) -> Result<Value> {
    let encoded = model::encoded(model, rows, None, globals)?;
    let predictions =
        (model.signature().output(Method::Predict).ok()).map(|output| model::predicted(model, output.method, &encoded));
    Ok(data::profile(model.signature(), &encoded, predictions.as_deref()))
}

/// What a model or a network takes and gives, and where it comes from.
fn described(content: &Content) -> (Map<String, Value>, Map<String, Value>) {
    match content {
        Content::Model(model) => (short(description::schema(model)), description::provenance(model.provenance())),
        Content::Network(network) => {
            (short(description::ports(network)), description::provenance(network.provenance()))
        }
    }
}

/// A schema, unless it is too long to be repeated.
fn short(schema: Map<String, Value>) -> Map<String, Value> {
    let length = Value::from(schema.clone()).to_string().len();
    if length <= LONGEST_SCHEMA { schema } else { Map::new() }
}
