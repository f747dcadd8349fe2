//! edgelet: a trained model, one postcard, every edge.
//!
//! The modules in layer order; an import points down this list only. A producer (`native::train`) makes a
//! [`model::Model`], [`format`] turns it into bytes and back, [`plan`] lowers it to the few machine shapes that run
//! fast, [`predict`] runs them. Everything but the two edges at the end compiles on every platform.
//! `docs/ARCHITECTURE.md` says why; `docs/FORMAT.md` specifies the file.
//!
//! ```
//! use edgelet::{format, model::Method, predict::Predictor};
//! # use edgelet::model::{Graph, Input, Linear, Model, Node, Operator, Output, Parts, Provenance, Signature, TestRows};
//! # let linear = Linear { width: 1, coefficients: vec![0.8], intercepts: vec![0.6] };
//! # let signature = Signature {
//! #     inputs: vec![Input::numeric("x")],
//! #     targets: vec!["y".into()],
//! #     classes: vec![],
//! #     outputs: vec![Output { method: Method::Predict, value: 1 }],
//! # };
//! # let graph = Graph { nodes: vec![Node { name: "linear".into(), operator: Operator::Linear(linear).into(), inputs: vec![0] }] };
//! # let parts = Parts { signature, graph, provenance: Provenance::default(), tests: TestRows::default() };
//! # let bytes = format::encode(&Model::new(parts)?)?;
//! let model = format::decode(&bytes)?;
//! let mut predictor = Predictor::new(&model);
//! let mut prediction = [0.0];
//! predictor.predict(Method::Predict, &[6.0], &mut prediction);
//! assert_eq!(prediction, [0.8 * 6.0 + 0.6]);
//! # Ok::<(), edgelet::error::Error>(())
//! ```
#![deny(missing_docs)]
#![forbid(unsafe_code)]

/// In a package of one model of rows nothing can go wrong that would have to be told in words, and every visitor would
/// download them.
#[cfg(all(feature = "packaged", not(feature = "tensors")))]
macro_rules! format {
    ($($argument:tt)*) => {{
        let _ = format_args!($($argument)*);
        String::new()
    }};
}

/// Work that is a function of its own in a package's core, where one that the model has no use for is taken out.
#[cfg(feature = "packaged")]
macro_rules! apart {
    ($work:expr) => {{
        #[inline(never)]
        fn apart<T>(work: impl FnOnce() -> T) -> T {
            work()
        }
        apart(|| $work)
    }};
}
#[cfg(not(feature = "packaged"))]
macro_rules! apart {
    ($work:expr) => {
        $work
    };
}

// ground
pub mod error;
pub mod kernel;
#[cfg(all(feature = "import", feature = "tensors"))]
mod markup;
pub mod math;
// hub
pub mod model;
#[cfg(feature = "tensors")]
pub mod network;
// format
pub mod format;
// lower
pub mod plan;
// run
#[cfg(feature = "tensors")]
pub mod infer;
pub mod predict;
// package
#[cfg(feature = "package")]
pub mod package;
// edges: the only platform gates of the crate
#[cfg(feature = "import")]
pub mod import;
#[cfg(all(target_family = "wasm", target_os = "unknown", feature = "import"))]
mod importer;
#[cfg(feature = "native")]
pub mod native;
#[cfg(all(feature = "import", feature = "tensors"))]
pub mod optimize;
#[cfg(all(target_family = "wasm", target_os = "unknown", feature = "packaged"))]
mod packaged;
#[cfg(all(target_family = "wasm", target_os = "unknown", feature = "package"))]
mod packager;
#[cfg(all(target_family = "wasm", target_os = "unknown", any(feature = "import", feature = "package")))]
mod thrown;
#[cfg(all(
    target_family = "wasm",
    target_os = "unknown",
    not(any(feature = "import", feature = "package", feature = "packaged"))
))]
mod web;
