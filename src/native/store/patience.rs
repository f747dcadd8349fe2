//! How long to wait and how often to try again.

use super::variables::Variables;
use crate::error::{Error, Kind, Result};
use object_store::{BackoffConfig, ClientOptions, RetryConfig};
use std::time::Duration;

/// The variable that says for how many seconds a server may stay silent.
const VARIABLE: &str = "EDGELET_TIMEOUT";
/// Long enough for one part of an upload at about 2 Mbit/s.
const SILENCE: Duration = Duration::from_secs(60);
/// How long reaching a server may take.
const CONNECT: Duration = Duration::from_secs(10);
/// How often a request is tried again.
pub(super) const RETRIES: u32 = 4;
/// How long to wait before the first of those; each wait is twice the one before.
const FIRST_WAIT: Duration = Duration::from_millis(200);

/// How long a server may stay silent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    pub silence: Duration,
}

impl Patience {
    /// The usual patience, or the one that the environment asks for.
    pub fn from_variables(variables: &Variables) -> Result<Self> {
        let Some(text) = variables.get(VARIABLE) else { return Ok(Self { silence: SILENCE }) };
        match text.parse() {
            Ok(seconds @ 1..=3600) => Ok(Self { silence: Duration::from_secs(seconds) }),
            _ => Err(Error::new(Kind::BadOption, VARIABLE, "seconds from 1 to 3600", text.to_owned())),
        }
    }

    /// How long reaching a server may take.
    pub fn connect(self) -> Duration {
        CONNECT.min(self.silence)
    }

    /// How long to wait before trying again for the `attempt`th time.
    pub fn wait(attempt: u32) -> Duration {
        FIRST_WAIT * 2u32.pow(attempt.min(RETRIES))
    }

    /// For the clients of buckets. A whole transfer may take as long as it moves.
    pub fn client_options(self, allow_http: bool) -> ClientOptions {
        ClientOptions::new()
            .with_timeout_disabled()
            .with_connect_timeout(self.connect())
            .with_read_timeout(self.silence)
            .with_allow_http(allow_http)
    }

    /// For the clients of buckets. Without credentials only a cloud's own machines have an answer, at once.
    pub fn retries(self, has_credentials: bool) -> RetryConfig {
        RetryConfig {
            backoff: BackoffConfig { init_backoff: FIRST_WAIT, max_backoff: self.silence, base: 2.0 },
            max_retries: if has_credentials { RETRIES as usize } else { 1 },
            retry_timeout: self.silence * 2,
        }
    }
}
