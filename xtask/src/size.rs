//! What a visitor downloads: the wasm and the scripts of the browser's entries, each against its budget in `xtask`.

use crate::pkg;
use crate::shell::{Result, root, stage};
use flate2::{Compression, write::GzEncoder};
use std::fs;
use std::io::Write;

/// What a visitor downloads of each entry: its core, its script, and the file with its budget.
const ENTRIES: [(&str, &str, &str); 3] = [
    ("edgelet.wasm", "edgelet.js", "budget.txt"),
    ("edgelet-explain.wasm", "explain.js", "budget_explain.txt"),
    ("edgelet-tensors.wasm", "tensors.js", "budget_tensors.txt"),
];

/// Builds the package, prints the sizes and fails over budget.
pub fn run() -> Result {
    pkg::run()?;
    stage("what a visitor downloads, bytes");
    println!("{:<20} {:>9} {:>9} {:>9}", "", "raw", "gzip -9", "brotli 11");
    ENTRIES.iter().try_for_each(|(wasm, script, budget)| check(wasm, script, budget))
}

/// Prints the sizes of an entry's parts and fails if they are over its budget.
fn check(wasm: &str, script: &str, budget: &str) -> Result {
    let mut totals = [0; 3];
    let mut parts = vec![String::from(wasm), String::from(script)];
    // Whose engine has relaxed SIMD downloads what is otherwise in that core as well.
    parts.extend(Some(pkg::RELAXED.into()).filter(|_| wasm.contains("tensors")));
    let mut next = 0;
    while let Some(part) = parts.get(next).cloned() {
        next += 1;
        let path = pkg::folder().join(&part);
        let bytes = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        for imported in imports(&part, &bytes) {
            if !parts.contains(&imported) {
                parts.push(imported);
            }
        }
        let sizes = [bytes.len(), gzip(&bytes)?, brotli(&bytes)?];
        println!("{part:<20} {:>9} {:>9} {:>9}", sizes[0], sizes[1], sizes[2]);
        totals.iter_mut().zip(sizes).for_each(|(total, size)| *total += size);
    }
    println!("{:<20} {:>9} {:>9} {:>9}", "total", totals[0], totals[1], totals[2]);
    let file = root().join("xtask").join(budget);
    let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let budget: usize = text.trim().parse().map_err(|_| format!("{}: not a number", file.display()))?;
    if totals[2] > budget {
        return Err(format!("{} bytes are over the budget of {budget} ({})", totals[2], file.display()));
    }
    println!("within the budget of {budget}");
    Ok(())
}

/// The scripts that a script of the package imports: minified, `from"./name.js"` or `import"./name.js"`.
fn imports(name: &str, bytes: &[u8]) -> Vec<String> {
    let text = if name.ends_with(".js") { String::from_utf8_lossy(bytes) } else { "".into() };
    let found = ["from\"./", "import\"./"].into_iter().flat_map(|start| text.split(start).skip(1));
    found.filter_map(|rest| rest.split('"').next().map(String::from)).filter(|name| name.ends_with(".js")).collect()
}

fn gzip(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).map_err(|error| error.to_string())?;
    Ok(encoder.finish().map_err(|error| error.to_string())?.len())
}

fn brotli(bytes: &[u8]) -> Result<usize> {
    let mut packed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &*bytes, &mut packed, &parameters).map_err(|error| error.to_string())?;
    Ok(packed.len())
}
