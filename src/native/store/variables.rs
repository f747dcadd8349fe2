//! The environment's variables, taken once.

use std::collections::BTreeMap;

/// Variables by name.
#[derive(Clone, Default)]
pub(super) struct Variables(BTreeMap<String, String>);

/// What the name of a variable with a secret in it contains.
const SECRET_NAMES: [&str; 7] = ["KEY", "SECRET", "TOKEN", "SAS", "PASSWORD", "CREDENTIAL", "CONNECTION_STRING"];

/// Shorter values are no secrets worth hiding, and hiding them would garble messages.
const SHORTEST_SECRET: usize = 8;

impl Variables {
    /// Those of this process that are text.
    pub fn from_environment() -> Self {
        Self(
            std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                .collect(),
        )
    }

    /// The value of a variable, if it has one that is not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Whether any of these has a value.
    pub fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.get(name).is_some())
    }

    /// The settings in the variables that start with `prefix`, as `object_store` names them: in lowercase.
    pub fn settings(&self, prefix: &str) -> impl Iterator<Item = (String, &str)> {
        let with_prefix = self.0.iter().filter(move |(name, value)| name.starts_with(prefix) && !value.is_empty());
        with_prefix.map(|(name, value)| (name.to_ascii_lowercase(), value.as_str()))
    }

    /// The text with every secret value of these variables taken out.
    pub fn redact(&self, text: &str) -> String {
        let mut redacted = text.to_owned();
        let secrets = self.0.iter().filter(|(name, value)| {
            value.len() >= SHORTEST_SECRET && SECRET_NAMES.iter().any(|part| name.contains(part))
        });
        for (name, value) in secrets {
            redacted = redacted.replace(value.as_str(), &format!("${name}"));
        }
        redacted
    }
}

#[cfg(test)]
impl<const N: usize> From<[(&str, &str); N]> for Variables {
    fn from(variables: [(&str, &str); N]) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}
