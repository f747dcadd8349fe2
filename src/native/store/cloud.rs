//! The three clouds behind one face: who may open a bucket, and what to check when it does not open.

use super::patience::Patience;
use super::variables::Variables;
use super::{azure, gcs, s3};
use object_store::ObjectStore;
use object_store::path::Path as Key;
use object_store::signer::Signer;
use url::Url;

/// Whose bucket it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cloud {
    S3,
    Gcs,
    Azure,
}

/// As whom to open a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// With the credentials that the variables name; without any, as the machine itself, which works on the cloud's own.
    Signed,
    /// As anyone: requests are not signed.
    Anonymous,
}

/// An object in a bucket.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    pub cloud: Cloud,
    pub url: Url,
    /// The object's name.
    pub key: Key,
}

impl Bucket {
    /// The store that the bucket is in.
    pub fn open(
        &self,
        variables: &Variables,
        patience: Patience,
        access: Access,
    ) -> object_store::Result<Box<dyn ObjectStore>> {
        Ok(match self.cloud {
            Cloud::S3 => Box::new(s3::open(&self.url, variables, patience, access)?),
            Cloud::Gcs => Box::new(gcs::open(&self.url, variables, patience, access)?),
            Cloud::Azure => Box::new(azure::open(&self.url, variables, patience, access)?),
        })
    }

    /// Who makes links to its objects.
    pub fn signer(&self, variables: &Variables, patience: Patience) -> object_store::Result<Box<dyn Signer>> {
        let access = Access::Signed;
        Ok(match self.cloud {
            Cloud::S3 => Box::new(s3::open(&self.url, variables, patience, access)?),
            Cloud::Gcs => Box::new(gcs::open(&self.url, variables, patience, access)?),
            Cloud::Azure => Box::new(azure::open(&self.url, variables, patience, access)?),
        })
    }

    /// The address a browser fetches the object from, if it can be told.
    pub fn web_address(&self, variables: &Variables) -> Option<Url> {
        if self.is_https() {
            return Some(self.url.clone());
        }
        let mut address = match self.cloud {
            Cloud::S3 => s3::web_root(&self.url, variables)?,
            Cloud::Gcs => gcs::web_root(&self.url, variables)?,
            Cloud::Azure => azure::web_root(&self.url, variables)?,
        };
        address.path_segments_mut().ok()?.pop_if_empty().extend(self.key.parts().map(|part| part.as_ref().to_owned()));
        Some(address)
    }

    /// How commands call the bucket, without the object: s3://models.
    pub fn name(&self) -> Option<String> {
        if !self.is_https() {
            let user = if self.url.username().is_empty() { String::new() } else { format!("{}@", self.url.username()) };
            return Some(format!("{}://{user}{}", self.url.scheme(), self.url.host_str()?));
        }
        let host = self.url.host_str()?;
        let first_part = self.url.path_segments()?.next().unwrap_or_default();
        let first_label = host.split('.').next().unwrap_or_default();
        Some(match self.cloud {
            Cloud::S3 if host.starts_with("s3.") || host.starts_with("s3-") => format!("s3://{first_part}"),
            Cloud::S3 => format!("s3://{first_label}"),
            Cloud::Gcs => format!("gs://{first_part}"),
            Cloud::Azure => format!("az://{first_part}@{host}"),
        })
    }

    /// Whether the object was named by its https address.
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }
}

impl Cloud {
    /// Its name to people.
    pub fn name(self) -> &'static str {
        match self {
            Cloud::S3 => "S3",
            Cloud::Gcs => "Google Cloud Storage",
            Cloud::Azure => "Azure",
        }
    }

    /// Whether the variables hold credentials, right or wrong.
    pub fn has_credentials(self, variables: &Variables) -> bool {
        match self {
            Cloud::S3 => variables.has_any(&s3::CREDENTIALS),
            Cloud::Gcs => variables.has_any(&gcs::CREDENTIALS) || gcs::has_default_credentials(variables),
            Cloud::Azure => variables.has_any(&azure::CREDENTIALS),
        }
    }

    /// What to check when access is refused.
    pub fn access_hint(self, variables: &Variables) -> String {
        let (names, account) = match self {
            Cloud::S3 => ("AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, if temporary, AWS_SESSION_TOKEN", "key"),
            Cloud::Gcs => ("GOOGLE_APPLICATION_CREDENTIALS or GOOGLE_SERVICE_ACCOUNT_KEY", "account"),
            Cloud::Azure => {
                ("AZURE_STORAGE_ACCOUNT_NAME with AZURE_STORAGE_ACCOUNT_KEY or AZURE_STORAGE_SAS_TOKEN", "key")
            }
        };
        if self.has_credentials(variables) {
            return format!("Check {names}, and that this {account} may do this in this bucket.");
        }
        let more = if self == Cloud::S3 {
            " Profiles are not read; `aws configure export-credentials` prints them."
        } else {
            ""
        };
        format!("No {} credentials are set: set {names}, or make the object public to read it.{more}", self.name())
    }

    /// What to check when nothing is there, or the answer makes no sense.
    pub fn address_hint(self) -> &'static str {
        match self {
            Cloud::S3 => "Check the bucket's name, the object's name, AWS_REGION and AWS_ENDPOINT_URL.",
            Cloud::Gcs => "Check the bucket's and the object's name.",
            Cloud::Azure => {
                "Check the container's name, the object's name, AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ENDPOINT."
            }
        }
    }
}
