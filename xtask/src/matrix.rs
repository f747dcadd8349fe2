//! The table of runtimes in README.md: what the tests of the npm package proved, as they wrote it down in `target/proofs`.

use crate::shell::{Result, root};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

/// What stands around the table.
const MARKS: [&str; 2] = ["<!-- runtimes: `cargo xtask matrix` writes this -->\n", "<!-- end of runtimes -->\n"];
const HEAD: &str = "\
| Runtime | The same bits, from URLs | Off the main thread (`worker`) |
|---|---|---|
";

/// The ways in which a runtime was seen to give the same bits, and those of them in which workers did too.
#[derive(Default)]
struct Ways {
    all: Vec<String>,
    remote: Vec<String>,
}

fn folder() -> PathBuf {
    root().join("target/proofs")
}

/// Forgets what earlier tests proved.
pub fn forget() -> Result {
    let folder = folder();
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    Ok(())
}

/// Fails unless README.md says what the tests proved.
pub fn check() -> Result {
    let (old, new) = readme()?;
    if old == new {
        return Ok(());
    }
    Err("README.md's table of runtimes is not what the tests proved: `cargo xtask matrix` writes it".into())
}

/// Writes what the last tests proved into README.md.
pub fn write() -> Result {
    let (old, new) = readme()?;
    if old == new {
        return Ok(());
    }
    let path = root().join("README.md");
    fs::write(&path, new).map_err(|error| format!("{}: {error}", path.display()))
}

/// README.md as it is, and as it should be.
fn readme() -> Result<(String, String)> {
    let path = root().join("README.md");
    let old = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let [start, end] = MARKS;
    let parts = old.split_once(start).and_then(|(before, rest)| Some((before, rest.split_once(end)?.1)));
    let (before, after) = parts.ok_or("README.md lacks the marks around the table of runtimes")?;
    let new = format!("{before}{start}{}{end}{after}", table()?);
    Ok((old, new))
}

fn table() -> Result<String> {
    let folder = folder();
    let failed = |error: std::io::Error| format!("{}: {error}: run `cargo xtask test`", folder.display());
    let mut runtimes: BTreeMap<String, Ways> = BTreeMap::new();
    for entry in fs::read_dir(&folder).map_err(failed)? {
        let text = fs::read_to_string(entry.map_err(failed)?.path()).map_err(failed)?;
        let [runtime, way, remote] = text.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!("{text:?} is not a runtime, a way and yes or no"));
        };
        let ways = runtimes.entry(runtime.into()).or_default();
        ways.all.push(way.into());
        if remote == "yes" {
            ways.remote.push(way.into());
        }
    }
    let mut table = String::from(HEAD);
    let mut runtimes: Vec<_> = runtimes.into_iter().collect();
    runtimes.sort_by_key(|(runtime, _)| runtime.to_lowercase());
    for (runtime, mut ways) in runtimes {
        ways.all.sort_by_key(|way| way.to_lowercase());
        ways.remote.sort_by_key(|way| way.to_lowercase());
        let remote = match ways.remote.len() {
            0 => "–".into(),
            count if count == ways.all.len() => "yes".into(),
            _ => ways.remote.join(", "),
        };
        writeln!(table, "| {runtime} | {} | {remote} |", ways.all.join(", ")).expect("a String takes everything");
    }
    Ok(table)
}
