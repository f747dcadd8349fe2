//! The page's own wasms that read files: other frameworks' → `.edgelet`, and what is inside of one. There is one for models of rows
//! and one for networks, which is several times as large.
//!
//! A page fetches them only when it needs them, and runs them in workers: what they read is hostile, and a trap in here costs that
//! worker and nothing else. Errors cross as plain objects with the fields of `EdgeletError`.

#[cfg(not(feature = "tensors"))]
mod model;
#[cfg(feature = "tensors")]
mod network;
