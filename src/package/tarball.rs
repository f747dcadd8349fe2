//! A package as one file: what `npm pack` makes of its folder, and `npm install` takes.

use crate::error::{Error, Kind, Result};
use flate2::{Compression, GzBuilder};
use std::io;
use tar::{Builder, Header};

/// The folder that npm expects in it.
const FOLDER: &str = "package";
/// When every file was changed, as in every package that npm packs: the same files are the same bytes at any time.
const CHANGED: u64 = 499_162_500;
/// Everybody reads them, whoever unpacked them may write them.
const MODE: u32 = 0o644;

/// The `.tgz` of a package's files.
///
/// # Errors
/// [`Kind::Unsupported`] if a file is too large for it.
pub fn tarball(files: &[(String, Vec<u8>)]) -> Result<Vec<u8>> {
    let packed = GzBuilder::new().write(Vec::new(), Compression::best());
    let mut archive = Builder::new(packed);
    let write = |(name, bytes): &(String, Vec<u8>)| {
        let mut header = Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(MODE);
        header.set_mtime(CHANGED);
        archive.append_data(&mut header, format!("{FOLDER}/{name}"), &bytes[..])
    };
    let written = files.iter().try_for_each(write);
    let finished = written.and_then(|()| archive.into_inner()).and_then(|packed| packed.finish());
    finished.map_err(|error: io::Error| {
        Error::new(Kind::Unsupported, "package", "files that a .tgz can hold", error.to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;
    use std::io::Read;

    #[test]
    fn holds_the_files_in_a_folder_and_is_the_same_at_any_time() -> Result<(), Box<dyn std::error::Error>> {
        let files = [("index.js", "export {};"), ("README.md", "")].map(|(name, text)| (name.to_owned(), text.into()));
        let packed = tarball(&files)?;
        assert_eq!(packed, tarball(&files)?);
        let mut found = Vec::new();
        for entry in tar::Archive::new(GzDecoder::new(&packed[..])).entries()? {
            let mut entry = entry?;
            let mut text = String::new();
            entry.read_to_string(&mut text)?;
            found.push((entry.path()?.display().to_string(), text, entry.header().mtime()?));
        }
        let expected = [("package/index.js", "export {};"), ("package/README.md", "")];
        assert_eq!(found, expected.map(|(name, text)| (name.to_owned(), text.to_owned(), CHANGED)));
        Ok(())
    }
}
