//! A bucket as a model registry: versions that never change, aliases that move, signatures by keys that clients pin.
//! `docs/REGISTRY.md` is the contract.
//!
//! [`Home`] is a model's folder. To write: [`Home::publish`], [`Home::move_alias`]. To read: [`follow()`].

mod alias;
mod cipher;
mod collect;
mod digest;
mod envelope;
mod follow;
mod home;
mod key;
mod memory;
mod probe;
mod publish;
mod reference;
mod release;
mod shares;
mod signer;
mod statement;

pub use alias::{Alias, Target};
pub use cipher::{AppKey, Encryption};
pub use collect::Garbage;
pub use digest::Digest;
pub use follow::{Followed, Located, Trust, follow, locate};
pub use home::{Home, Signed};
pub use key::PublicKey;
pub use publish::{Before, Publication};
pub use reference::{Reference, Wanted, alias_name, model};
pub use release::{Blob, Release};
pub use shares::joined;
pub use signer::Signer;
pub use statement::{Seconds, now, shown_time};
