//! The ways into a bucket: with credentials there is one; without any the public's is tried first, then the machine's own
//! identity.

use super::cloud::{Access, Bucket};
use super::object::Failure;
use super::patience::Patience;
use super::problem::is_denied;
use super::variables::Variables;
use object_store::ObjectStore;

/// A store and, if that refuses because of who asks, another way into it.
pub(super) struct Ways {
    first: Box<dyn ObjectStore>,
    other: Option<Box<dyn ObjectStore>>,
}

impl Ways {
    /// Those to read a bucket by.
    pub fn to_read(bucket: &Bucket, variables: &Variables, patience: Patience) -> object_store::Result<Self> {
        let signed = bucket.open(variables, patience, Access::Signed)?;
        if bucket.cloud.has_credentials(variables) {
            return Ok(Self::only(signed));
        }
        Ok(Self { first: bucket.open(variables, patience, Access::Anonymous)?, other: Some(signed) })
    }

    /// The one way into a store.
    pub fn only(store: Box<dyn ObjectStore>) -> Self {
        Self { first: store, other: None }
    }

    /// The store to write to.
    pub fn writer(&self) -> &dyn ObjectStore {
        self.other.as_deref().unwrap_or(&*self.first)
    }

    /// The answer of the first store that does not refuse.
    pub async fn first_open<T>(&self, ask: impl AsyncFn(&dyn ObjectStore) -> Result<T, Failure>) -> Result<T, Failure> {
        match (ask(&*self.first).await, &self.other) {
            (Err(Failure::Store(denied)), Some(other)) if is_denied(&denied) => {
                // If the machine is nobody either, the refusal is what the reader should see.
                ask(&**other).await.map_err(|_| Failure::Store(denied))
            }
            (answer, _) => answer,
        }
    }
}
