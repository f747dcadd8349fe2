//! Puts the runtime of packages of one model (`cargo xtask pkg`) into the program, where it was built.

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
    let file = folder.join("edgelet-runtime.bin");
    let embedded = match file.is_file() {
        true => format!("Some(include_bytes!({:?}))", file.display().to_string()),
        false => "None".to_owned(),
    };
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo says where to write"));
    fs::write(out.join("runtime.rs"), embedded).expect("cargo's folder can be written to");
}
