//! Several files by one name: `s3://bucket/day=*/part-*.parquet`, `data/*.csv`.

use super::folder::Folder;
use super::{file_name, shown};
use crate::error::{Error, Kind, Result};
use crate::native::cli::Globals;
use std::fs;
use std::path::{Path, PathBuf};
use url::Url;

/// A file that a location or a pattern names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Matched {
    /// Its name below the part of the pattern that has no `*`: `day=1/part-0.parquet`.
    pub name: String,
    /// Its path or URL.
    pub location: String,
}

/// The files that a path or URL names, sorted by name. A `*` stands for any part of a name, but not for a `/`, nor for the
/// dot that hidden files start with. Addresses of the web have no patterns, as nobody lists what is there.
///
/// # Errors
/// [`Kind::Io`] or [`Kind::Store`] if nothing matches or nothing can be listed; [`Kind::BadOption`] for what is no
/// location.
pub fn matching(pattern: &str, globals: Globals) -> Result<Vec<Matched>> {
    let is_web = pattern.starts_with("http://") || pattern.starts_with("https://");
    if !pattern.contains('*') || is_web || Path::new(pattern).exists() {
        let name = file_name(pattern).unwrap_or_else(|_| "rows".to_owned());
        return Ok(vec![Matched { name, location: pattern.to_owned() }]);
    }
    let (matched, listed) = match pattern.strip_prefix("file://") {
        Some(path) => on_disk(path)?,
        None if pattern.contains("://") => in_bucket(pattern, globals)?,
        None => on_disk(pattern)?,
    };
    if matched.is_empty() {
        let (base, _) = split(pattern);
        let place = if base.is_empty() { pattern.to_owned() } else { shown(&base) };
        let kind = if pattern.contains("://") { Kind::Store } else { Kind::Io };
        let expected = format!("at least 1 file that matches {:?}", &pattern[pattern.len().min(base.len())..]);
        let found = format!("none among the {listed} that are there");
        return Err(Error::new(kind, place, expected, found)
            .hint("A `*` stands for part of a name, not for a `/`; quote the pattern in a shell."));
    }
    Ok(matched)
}

/// What lies in front of the first part with a `*`, and the parts from there on.
fn split(pattern: &str) -> (String, Vec<&str>) {
    let parts: Vec<&str> = pattern.split('/').collect();
    let first = parts.iter().position(|part| part.contains('*')).unwrap_or(parts.len());
    (parts[..first].join("/"), parts[first..].to_vec())
}

/// Objects of a bucket, and how many were listed.
fn in_bucket(pattern: &str, globals: Globals) -> Result<(Vec<Matched>, usize)> {
    let (base, parts) = split(pattern);
    if Url::parse(&base).is_err() || base.split_once("://").is_none_or(|(_, bucket)| bucket.is_empty()) {
        return Err(Error::new(Kind::BadOption, "rows", "a pattern behind the bucket's name", shown(pattern)));
    }
    let entries = Folder::to_read(&base, globals)?.list("")?;
    let fitting = entries.iter().filter(|entry| {
        let names: Vec<&str> = entry.name.split('/').collect();
        names.len() == parts.len() && parts.iter().zip(names).all(|(part, name)| fits(part, name))
    });
    let matched = fitting.map(|entry| {
        let written = entry.name.replace('%', "%25").replace('?', "%3F").replace('#', "%23");
        Matched { location: format!("{base}/{written}"), name: entry.name.clone() }
    });
    Ok((matched.collect(), entries.len()))
}

/// Files of a disk, and how many names were looked at.
fn on_disk(pattern: &str) -> Result<(Vec<Matched>, usize)> {
    let (base, parts) = split(pattern);
    let base = match &*base {
        "" if pattern.starts_with('/') => PathBuf::from("/"),
        base => PathBuf::from(base),
    };
    let mut found = vec![(String::new(), base)];
    let mut listed = 0;
    for part in parts {
        let mut next = Vec::new();
        for (name, folder) in &found {
            let join = |child: &str| if name.is_empty() { child.to_owned() } else { format!("{name}/{child}") };
            if !part.contains('*') {
                let path = folder.join(part);
                listed += usize::from(path.exists());
                next.extend(path.exists().then(|| (join(part), path)));
                continue;
            }
            let listing = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            if !name.is_empty() && !listing.is_dir() {
                continue;
            }
            let failed = |error: std::io::Error| super::file::io_error(listing, "a folder that can be listed", &error);
            for entry in fs::read_dir(listing).map_err(failed)? {
                let child = entry.map_err(failed)?.file_name();
                listed += 1;
                if let Some(child) = child.to_str().filter(|child| fits(part, child)) {
                    next.push((join(child), folder.join(child)));
                }
            }
        }
        found = next;
    }
    let files = found.into_iter().filter(|(_, path)| !path.is_dir());
    let mut matched: Vec<_> =
        files.map(|(name, path)| Matched { name, location: path.display().to_string() }).collect();
    matched.sort();
    Ok((matched, listed))
}

/// Whether a name is one that a part of a pattern stands for.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
    let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    if name.starts_with('.') && !start.starts_with('.') {
        return false;
    }
    let Some(mut inside) = name.strip_prefix(start).and_then(|name| name.strip_suffix(end)) else { return false };
    middle.split('*').all(|part| match inside.split_once(part) {
        Some((_, after)) => {
            inside = after;
            true
        }
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_star_is_any_part_of_a_name() {
        for name in ["part-0.parquet", "part-.parquet", "part-a.parquet.parquet"] {
            assert!(fits("part-*.parquet", name) && fits("*", name) && fits("*art*par*", name), "{name}");
        }
        for name in ["part.parquet", "part-0.csv", ".part-0.parquet", "xpart-0.parquet"] {
            assert!(!fits("part-*.parquet", name), "{name}");
        }
        assert!(!fits("*", ".edgelet-1") && fits(".e*", ".edgelet-1") && !fits("aa*aa", "aaa"));
    }
}
