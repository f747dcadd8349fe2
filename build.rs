//! Puts the runtimes of packages of one model (`cargo xtask pkg`) into the program, where it was built.

use std::path::PathBuf;
use std::{env, fs};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if env::var_os("CARGO_FEATURE_NATIVE").is_none() {
        return;
    }
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where the package lies"));
    let folder = root.join("target/runtime");
    // A folder that is not there would count as changed at every build.
    let _ = fs::create_dir_all(&folder);
    println!("cargo:rerun-if-changed={}", folder.display());
    let embedded = |name: &str| match folder.join(name) {
        file if file.is_file() => format!("Some(include_bytes!({:?}))", file.display().to_string()),
        _ => "None".to_owned(),
    };
    let both = ["edgelet-runtime.bin", "edgelet-networks-runtime.bin"].map(embedded).join(", ");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo says where to write"));
    fs::write(out.join("runtimes.rs"), format!("[{both}]")).expect("cargo's folder can be written to");
}
