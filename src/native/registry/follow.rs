//! Following a reference to a model's bytes: alias, release, blob, each checked before the next is asked for.

use super::alias::{Alias, Target};
use super::cipher::AppKey;
use super::envelope::MAX_BYTES;
use super::home::{Signed, alias_path, open_alias, open_release, release_path};
use super::key::PublicKey;
use super::memory;
use super::reference::{self, Reference, Wanted};
use super::release::{Blob, Release};
use super::statement::now;
use crate::error::{Error, Kind, Result};
use crate::native::cli::Globals;
use crate::native::store;

/// Whom to believe, and as whom to ask.
#[derive(Default)]
pub struct Trust {
    /// One of these keys has to have signed everything. Without any, signatures are not checked.
    pub keys: Vec<PublicKey>,
    /// The same key is given the same one of an alias's versions.
    pub sticky: Option<String>,
    /// The key of the app, for models that are encrypted.
    pub app_key: Option<AppKey>,
}

/// Where a reference leads.
pub struct Located {
    /// The release of the version.
    pub release: Release,
    /// Where its blob is.
    pub location: String,
    /// The alias that led to it, if one did.
    pub alias: Option<Alias>,
    /// How many signatures the release has, checked or not.
    pub signatures: usize,
    /// The trusted key that signed the release, if any was looked for.
    pub signed_by: Option<PublicKey>,
}

/// What a reference led to.
pub struct Followed {
    /// The release of the version.
    pub release: Release,
    /// The trusted key that signed it, if any was looked for.
    pub signed_by: Option<PublicKey>,
    /// The file of the model.
    pub bytes: Vec<u8>,
}

/// Follows a reference to the file of a model.
///
/// # Errors
/// Those of [`locate`]; [`Kind::Integrity`] or [`Kind::Truncated`] for other bytes than the release names;
/// [`Kind::Decryption`] for encrypted ones without their key.
pub fn follow(reference: &Reference, trust: &Trust, globals: Globals) -> Result<Followed> {
    let Located { release, location, signed_by, .. } = locate(reference, trust, globals)?;
    let place = store::shown(&location);
    let mut bytes = blob(&release.blob, &location, &place, globals)?;
    if let Some(encryption) = &release.blob.encryption {
        bytes = encryption.decrypt(bytes, trust.app_key.as_ref(), &release.model, &place)?;
    }
    Ok(Followed { release, signed_by, bytes })
}

/// Follows a reference up to the release, which says all of the bytes.
///
/// # Errors
/// If anything on the way cannot be read or is not what it should be: [`Kind::Signature`], [`Kind::Expired`],
/// [`Kind::Rollback`], [`Kind::WrongModel`], [`Kind::Integrity`], [`Kind::Corrupt`], [`Kind::LimitExceeded`] …
pub fn locate(reference: &Reference, trust: &Trust, globals: Globals) -> Result<Located> {
    let model = reference::model(&reference.address)?;
    if trust.keys.is_empty() {
        globals.note("note: the signature was not checked; --public-key KEY checks it");
    }
    let (version, alias, target) = match &reference.wanted {
        Wanted::Version(version) => (*version, None, None),
        Wanted::Alias(name) => {
            let alias = alias(&reference.address, &model, name, trust, globals)?;
            let target = choose(&alias, trust, globals)?;
            (target.version, Some(alias), Some(target))
        }
    };
    let (location, place) = below(&reference.address, &release_path(version));
    let envelope = store::read_within(&location, MAX_BYTES, globals)?;
    let signed = open_release(&envelope, &model, version, &trust.keys, &place)?;
    if let Some(target) = target.filter(|target| target.sha256 != signed.digest) {
        let (expected, found) = (format!("sha-256 {}", target.sha256), format!("{}", signed.digest));
        return Err(Error::new(Kind::Integrity, place, expected, found)
            .hint("The alias names another release of this version: somebody mixed files up."));
    }
    let (release, signatures, signed_by) = (signed.statement, signed.key_ids.len(), signed.signed_by);
    release.check_expiry(now(), &place)?;
    let (location, _) = below(&reference.address, &release.blob.path());
    Ok(Located { release, location, alias, signatures, signed_by })
}

/// Reads and checks an alias, and remembers its serial if somebody trusted says it.
fn alias(address: &str, model: &str, name: &str, trust: &Trust, globals: Globals) -> Result<Alias> {
    let (location, place) = below(address, &alias_path(name));
    let envelope = store::read_within(&location, MAX_BYTES, globals)?;
    let Signed { statement: alias, signed_by, .. } = open_alias(&envelope, model, name, &trust.keys, &place)?;
    alias.check_expiry(now(), &place)?;
    if signed_by.is_some() {
        let memory = memory::Serial::of(&location);
        alias.check_serial(memory.seen(), &place).map_err(|error| {
            let remembered = memory.place();
            error.hint(format!(
                "An old state was put back: whoever keeps the bucket should look into it. If the model was published anew on \
                 purpose, remove {remembered}."
            ))
        })?;
        if let Err(error) = memory.see(alias.serial) {
            globals.note(format_args!("note: the alias's serial is not remembered: {error}"));
        }
    }
    Ok(alias)
}

/// One of the alias's versions.
fn choose(alias: &Alias, trust: &Trust, globals: Globals) -> Result<Target> {
    let draw = match &trust.sticky {
        Some(key) => alias.draw(key),
        None => {
            let mut bytes = [0; 4];
            aws_lc_rs::rand::fill(&mut bytes)
                .map_err(|_| Error::new(Kind::Io, "program", "random numbers of the system", "none"))?;
            u32::from_be_bytes(bytes)
        }
    };
    let target = alias.target(draw);
    if alias.targets.len() > 1 {
        globals.note(format_args!("note: version {} of {}", target.version, alias.targets.len()));
    }
    Ok(target)
}

/// The bytes of a blob, every one of them as the release says.
fn blob(blob: &Blob, location: &str, place: &str, globals: Globals) -> Result<Vec<u8>> {
    let bytes = store::read_within(location, blob.size, globals)?;
    blob.check_bytes(&bytes, place)?;
    Ok(bytes)
}

/// The location of an object under an address, and what messages call it.
fn below(address: &str, path: &str) -> (String, String) {
    let location = format!("{}/{path}", address.trim_end_matches('/'));
    let place = store::shown(&location);
    (location, place)
}
