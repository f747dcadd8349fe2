//! Speed beside the peers, in one run: prints ratios, asserts nothing (the machine is shared).

use crate::shell::{self, Result, cargo, root, stage};
use crate::{pkg, setup};
use std::fs;
use std::path::Path;
use std::process::Command;

/// What each case of `benches/models.py` is imported from.
const CASES: [(&str, &str); 5] =
    [("W2", "model.pkl"), ("W3", "model.ubj"), ("W4", "model.pkl"), ("W5", "model.txt"), ("W8", "model.txt")];

/// Builds the package and runs `benches/run.mjs`, for linear models, `benches/tabular.mjs`, `benches/explain.mjs`,
/// `benches/networks.mjs`, `benches/networks-page.mjs`, `benches/gemm.mjs`, `benches/page.mjs`, `benches/worker.mjs`,
/// `benches/train.py` and `benches/cnn.py`.
pub fn run() -> Result {
    let package = pkg::run()?;
    let benches = root().join("benches");
    stage("the peers");
    setup::npm_install(&benches, &[&package])?;
    let kernel = root().join("target/dot.wasm");
    let assembler = root().join("tests/node_modules/.bin/wasm-as");
    shell::run(Command::new(assembler).arg("--enable-simd").arg(benches.join("dot.wat")).arg("-o").arg(&kernel))?;
    let python = setup::python_for("bench-venv", &benches.join("requirements.txt"))?;
    let models = root().join("target/bench");
    stage("the models");
    shell::run(Command::new(&python).arg("-Wignore").arg(benches.join("models.py")).arg(&models))?;
    import(&models)?;
    stage("racing");
    shell::run(Command::new("node").current_dir(&benches).arg("run.mjs").arg(&kernel))?;
    for race in ["tabular.mjs", "explain.mjs"] {
        shell::run(Command::new("node").current_dir(&benches).arg(race).arg(&models).arg(&python))?;
    }
    networks(&python, &benches)?;
    let pages = root().join("target/bench-pages");
    shell::run(Command::new("node").current_dir(&benches).arg("page.mjs").arg(&models).arg(&pages))?;
    let (model, workers) = (models.join("W8"), root().join("target/bench-workers"));
    shell::run(Command::new("node").current_dir(&benches).arg("worker.mjs").arg(model).arg(workers))?;
    // Training is timed as it is installed.
    shell::run(cargo().args(["build", "--quiet", "--release", "--bin", "edgelet"]))?;
    let program = root().join("target/release/edgelet");
    for race in ["train.py", "cnn.py"] {
        let folder = root().join("target/bench-train");
        shell::run(Command::new(&python).arg("-Wignore").arg(benches.join(race)).arg(&program).arg(folder))?;
    }
    Ok(())
}

/// Makes and imports the networks, and races them in Node and in Chromium, beside rten too; a product of matrices also beside what
/// a core can do, with relaxed SIMD where there is such and without.
fn networks(python: &Path, benches: &Path) -> Result {
    let (folder, site) = (root().join("target/bench-networks"), root().join("target/bench-networks-page"));
    shell::run(Command::new(python).arg(benches.join("networks.py")).arg(&folder))?;
    for name in ["gemm", "mlp", "mobilenet_v2", "resnet_18", "minilm"] {
        let (file, output) = (folder.join(format!("{name}.onnx")), folder.join(format!("{name}.edgelet")));
        let mut program = Command::new(root().join("target/debug/edgelet"));
        shell::run(program.arg("import").arg(file).arg("-o").arg(&output).arg("--quiet"))?;
        let mut program = Command::new(root().join("target/debug/edgelet"));
        shell::run(program.current_dir(&folder).args(["optimize", "--quantize", "int8", "--quiet"]).arg(output))?;
    }
    rten(&folder)?;
    let node = |script: &str| {
        let mut node = Command::new("node");
        node.current_dir(benches).arg(script).arg(&folder);
        node
    };
    shell::run(&mut node("networks.mjs"))?;
    shell::run(node("networks-page.mjs").arg(&site))?;
    shell::run(node("gemm.mjs").arg(&site))?;
    shell::run(node("gemm.mjs").arg(&site).env("EDGELET_CORE", "plain"))
}

/// Builds rten's wasm into the folder of the networks, without relaxed SIMD and with it. Loops keep their addresses, as those of
/// edgelet's core do: that is up to 1.4 times as fast as rten's own build, and then `wasm-opt` makes it no faster.
fn rten(folder: &Path) -> Result {
    let target = root().join("target/bench-rten");
    for (name, features) in [("rten", "+simd128"), ("rten-relaxed", "+simd128,+relaxed-simd")] {
        let mut command = cargo();
        command.args(["build", "--quiet", "--locked", "--release", "--target", "wasm32-unknown-unknown"]);
        command.arg("--manifest-path").arg(root().join("benches/rten/Cargo.toml")).arg("--target-dir").arg(&target);
        shell::run(command.env("RUSTFLAGS", format!("-Ctarget-feature={features} -Cllvm-args=-disable-lsr")))?;
        let built = target.join("wasm32-unknown-unknown/release/edgelet_bench_rten.wasm");
        fs::copy(&built, folder.join(format!("{name}.wasm")))
            .map_err(|error| format!("{}: {error}", built.display()))?;
    }
    Ok(())
}

/// Imports the models, and makes packages of those that pages and workers start with.
fn import(models: &Path) -> Result {
    shell::run(cargo().args(["build", "--quiet", "--bin", "edgelet"]))?;
    let edgelet = |case: &str, file: &str, output: &str, options: &[&str]| {
        let folder = models.join(case);
        let mut program = Command::new(root().join("target/debug/edgelet"));
        program.arg("import").arg(folder.join(file)).arg("-o").arg(folder.join(output)).arg("--quiet").args(options);
        shell::run(&mut program)
    };
    for (case, file) in CASES {
        edgelet(case, file, "model.edgelet", &[])?;
    }
    edgelet("W3", "model.ubj", "explain.edgelet", &["--explain"])?;
    for (case, options) in [("W2", &[][..]), ("W3", &[]), ("W8", &["--ready"])] {
        let (model, package) = (models.join(case).join("model.edgelet"), models.join(case).join("package"));
        let mut program = Command::new(root().join("target/debug/edgelet"));
        program
            .arg("package")
            .arg(model)
            .args(["--name", "bench", "--quiet", "--force", "-o"])
            .arg(package)
            .args(options);
        shell::run(&mut program)?;
    }
    Ok(())
}
