//! A folder of recordings or pictures, with a folder in it for each label, as Google's Speech Commands, Keras'
//! `image_dataset_from_directory` and torchvision's `ImageFolder` have them.

use crate::error::{Error, Kind, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// The most files of a folder.
const MAX_FILES: usize = 1 << 22;

/// A file with what its place tells of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Labelled {
    /// Where it is.
    pub path: PathBuf,
    /// The name of its folder.
    pub label: String,
    /// Its own name up to the first underscore: who speaks in Speech Commands.
    pub speaker: String,
}

/// The ends of names of recordings.
pub const RECORDINGS: [&str; 1] = ["wav"];
/// Those of pictures.
pub const PICTURES: [&str; 4] = ["jpeg", "jpg", "png", "webp"];

/// The files in the folders of a folder whose names end with one of `extensions`, in the order of their names. Folders whose names begin with an underscore or a dot hold no
/// examples (`_background_noise_`).
///
/// # Errors
/// [`Kind::Io`] for what cannot be read, [`Kind::BadRows`] for a folder without any.
pub fn labelled(folder: &Path, extensions: &[&str]) -> Result<Vec<Labelled>> {
    let failed = |path: &Path, error: std::io::Error| {
        Error::new(Kind::Io, path.display().to_string(), "a folder that can be read", error.to_string())
    };
    let entries = |path: &Path| -> Result<Vec<(String, PathBuf)>> {
        let entries = fs::read_dir(path).map_err(|error| failed(path, error))?;
        let named = entries.map(|entry| {
            let entry = entry.map_err(|error| failed(path, error))?;
            Ok((entry.file_name().to_string_lossy().into_owned(), entry.path()))
        });
        named.collect()
    };
    let mut found = Vec::new();
    for (label, path) in entries(folder)? {
        if label.starts_with(['_', '.']) || !path.is_dir() {
            continue;
        }
        for (name, path) in entries(&path)? {
            let Some((stem, extension)) = name.rsplit_once('.') else { continue };
            if !extensions.iter().any(|known| extension.eq_ignore_ascii_case(known)) {
                continue;
            }
            if found.len() == MAX_FILES {
                let expected = format!("at most {MAX_FILES} files");
                return Err(Error::new(Kind::LimitExceeded, folder.display().to_string(), expected, "more"));
            }
            let speaker = stem.split('_').next().unwrap_or(stem).to_owned();
            found.push(Labelled { path, label: label.clone(), speaker });
        }
    }
    if found.is_empty() {
        let expected = format!("a folder for each label, with files of that label in it: .{}", extensions.join(", ."));
        return Err(Error::new(Kind::BadRows, folder.display().to_string(), expected, "none"));
    }
    found.sort();
    Ok(found)
}
