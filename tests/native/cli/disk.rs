//! A disk that takes no more: what was to be written is not there at all, and what was there before is as it was.

use super::{Folder, models};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::process::Command;

/// Every file under the folder, and what is in it.
fn files(folder: &Folder) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder.path(""))
        .expect("the folder")
        .chain(fs::read_dir(folder.path("scores")).expect("a folder"));
    let paths = entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_file());
    paths.map(|path| (path.display().to_string(), fs::read(&path).expect("a file"))).collect()
}

#[test]
fn a_full_disk_leaves_nothing_half_written() {
    let mut rows = String::from("x,y\n");
    (0..2000).for_each(|i| writeln!(rows, "{i},{}", i * 7 % 11).expect("a line"));
    let folder = Folder::with([("rows.csv", rows.as_bytes()), ("line.edgelet", &models::line(7.0))]);
    fs::create_dir(folder.path("scores")).expect("a folder");
    for old in ["model.edgelet", "page.html", "old.csv", "old.parquet", "scores/rows.csv"] {
        fs::write(folder.path(old), "as it was").expect("a file");
    }
    let before = files(&folder);
    let commands = [
        "train rows.csv --target y --model ridge -o model.edgelet --report page.html",
        "predict line.edgelet rows.csv -o old.csv",
        "predict line.edgelet rows.csv -o old.parquet",
        "predict line.edgelet rows.csv -o new.ndjson",
        "predict line.edgelet rows.csv -o scores/",
    ];
    for arguments in commands {
        // Files may have no more than a block of 512 bytes; a write beyond fails, as on a disk that is full.
        let script = format!("trap '' XFSZ; ulimit -f 1; exec \"$0\" {arguments}");
        let run = Command::new("sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_edgelet")])
            .current_dir(folder.path(""))
            .output();
        let run = run.expect("a shell");
        let told = String::from_utf8_lossy(&run.stderr);
        assert_eq!(run.status.code(), Some(1), "{arguments}: {told}");
        assert!(told.contains("error[io]: ") && told.contains("too large"), "{arguments}: {told}");
        assert_eq!(files(&folder), before, "{arguments}");
    }
}
