//! Azure Blob Storage: `az://container/key`, or `az://container@account.blob.core.windows.net/key`.
//!
//! `AZURE_STORAGE_CONNECTION_STRING`; or `AZURE_STORAGE_ACCOUNT_NAME` (or `AZURE_STORAGE_ACCOUNT`) with
//! `AZURE_STORAGE_ACCOUNT_KEY`, `AZURE_STORAGE_SAS_TOKEN`, or a client's `AZURE_CLIENT_ID`, `AZURE_CLIENT_SECRET` and
//! `AZURE_TENANT_ID`. `AZURE_STORAGE_ENDPOINT` names another server; `AZURE_STORAGE_USE_EMULATOR=true` means azurite at
//! `AZURITE_BLOB_STORAGE_URL`.

use super::as_stored::Connector;
use super::cloud::Access;
use super::patience::Patience;
use super::variables::Variables;
use object_store::azure::{AzureAuthorizer, AzureConfigKey, MicrosoftAzure, MicrosoftAzureBuilder};
use object_store::client::HttpRequest;
use url::Url;

/// Any of these is an attempt at credentials.
pub(super) const CREDENTIALS: [&str; 12] = [
    "AZURE_STORAGE_CONNECTION_STRING",
    "AZURE_STORAGE_ACCOUNT_KEY",
    "AZURE_STORAGE_ACCESS_KEY",
    "AZURE_STORAGE_SAS_TOKEN",
    "AZURE_STORAGE_SAS_KEY",
    "AZURE_STORAGE_TOKEN",
    "AZURE_STORAGE_USE_EMULATOR",
    "AZURE_STORAGE_CLIENT_SECRET",
    "AZURE_CLIENT_SECRET",
    "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_USE_AZURE_CLI",
    "AZURE_SKIP_SIGNATURE",
];

/// The account of the emulator, which everyone knows.
const EMULATOR_ACCOUNT: &str = "devstoreaccount1";

/// The container that a URL names.
pub(super) fn open(
    url: &Url,
    variables: &Variables,
    patience: Patience,
    access: Access,
) -> object_store::Result<MicrosoftAzure> {
    let settings = settings(variables);
    // An https address says itself where it is.
    let endpoint = value(&settings, AzureConfigKey::Endpoint).filter(|_| url.scheme() != "https");
    let is_http = endpoint.is_some_and(|endpoint| endpoint.starts_with("http://"));
    let mut builder = MicrosoftAzureBuilder::new()
        .with_client_options(patience.client_options(is_http))
        .with_http_connector(Connector)
        .with_retry(patience.retries(variables.has_any(&CREDENTIALS)))
        .with_url(url.as_str());
    for (key, value) in settings.iter().filter(|(key, _)| *key != AzureConfigKey::Endpoint) {
        builder = builder.with_config(*key, value);
    }
    if let Some(endpoint) = endpoint {
        builder = builder.with_endpoint(endpoint.to_owned());
    }
    if access == Access::Anonymous {
        builder = builder.with_skip_signature(true);
    }
    builder.build()
}

/// The address under which the web sees the container's objects.
pub(super) fn web_root(url: &Url, variables: &Variables) -> Option<Url> {
    let settings = settings(variables);
    let (container, account) = match url.username() {
        "" => (url.host_str()?, value(&settings, AzureConfigKey::AccountName)),
        container => (container, url.host_str()?.split('.').next()),
    };
    let is_emulator =
        value(&settings, AzureConfigKey::UseEmulator).is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let root = match value(&settings, AzureConfigKey::Endpoint) {
        _ if is_emulator => {
            let server = variables.get("AZURITE_BLOB_STORAGE_URL").unwrap_or("http://127.0.0.1:10000");
            format!("{}/{}", server.trim_end_matches('/'), account.unwrap_or(EMULATOR_ACCOUNT))
        }
        Some(endpoint) => endpoint.trim_end_matches('/').to_owned(),
        None => format!("https://{}.blob.core.windows.net", account?),
    };
    Url::parse(&format!("{root}/{container}")).ok()
}

/// The address of the whole account.
pub(super) fn service_root(url: &Url, variables: &Variables) -> Option<Url> {
    let mut root = web_root(url, variables)?;
    root.path_segments_mut().ok()?.pop().push("");
    Some(root)
}

/// Signs a request for what `object_store` has no words for.
pub(super) async fn authorize(
    url: &Url,
    variables: &Variables,
    patience: Patience,
    request: &mut HttpRequest,
) -> object_store::Result<()> {
    let store = open(url, variables, patience, Access::Signed)?;
    let credential = store.credentials().get_credential().await?;
    AzureAuthorizer::new(&credential, &account(url, variables).unwrap_or_default()).try_authorize(request)
}

/// The account that a URL or the variables name.
fn account(url: &Url, variables: &Variables) -> Option<String> {
    if url.username().is_empty() {
        return value(&settings(variables), AzureConfigKey::AccountName).map(str::to_owned);
    }
    url.host_str()?.split('.').next().map(str::to_owned)
}

/// What the variables say; those with a name of their own are stronger than the connection string.
fn settings(variables: &Variables) -> Vec<(AzureConfigKey, String)> {
    let mut settings = variables.get("AZURE_STORAGE_CONNECTION_STRING").map(connection_string).unwrap_or_default();
    if let Some(account) = variables.get("AZURE_STORAGE_ACCOUNT") {
        settings.push((AzureConfigKey::AccountName, account.to_owned()));
    }
    let named = variables.settings("AZURE_").filter_map(|(name, value)| Some((name.parse().ok()?, value.to_owned())));
    settings.extend(named);
    settings
}

/// The parts of a connection string, `Name=value` between semicolons.
fn connection_string(text: &str) -> Vec<(AzureConfigKey, String)> {
    let parts: Vec<(&str, &str)> = text.split(';').filter_map(|part| part.trim().split_once('=')).collect();
    let part = |wanted: &str| parts.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|&(_, value)| value);
    let endpoint = part("BlobEndpoint").map(str::to_owned).or_else(|| {
        let protocol = part("DefaultEndpointsProtocol").unwrap_or("https");
        Some(format!("{protocol}://{}.blob.{}", part("AccountName")?, part("EndpointSuffix")?))
    });
    let found = [
        (AzureConfigKey::UseEmulator, part("UseDevelopmentStorage").map(str::to_owned)),
        (AzureConfigKey::AccountName, part("AccountName").map(str::to_owned)),
        (AzureConfigKey::AccessKey, part("AccountKey").map(str::to_owned)),
        (AzureConfigKey::SasKey, part("SharedAccessSignature").map(str::to_owned)),
        (AzureConfigKey::Endpoint, endpoint),
    ];
    found.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}

/// The strongest value of a setting.
fn value(settings: &[(AzureConfigKey, String)], wanted: AzureConfigKey) -> Option<&str> {
    settings.iter().rev().find(|(key, _)| *key == wanted).map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_connection_strings_apart() {
        let text = "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=a2V5==;EndpointSuffix=core.windows.net";
        let settings = connection_string(text);
        assert_eq!(value(&settings, AzureConfigKey::AccountName), Some("acme"));
        assert_eq!(value(&settings, AzureConfigKey::AccessKey), Some("a2V5=="));
        assert_eq!(value(&settings, AzureConfigKey::Endpoint), Some("https://acme.blob.core.windows.net"));
        assert_eq!(value(&connection_string("UseDevelopmentStorage=true"), AzureConfigKey::UseEmulator), Some("true"));
    }

    #[test]
    fn named_variables_are_stronger() {
        let text = "AccountName=first;AccountKey=a2V5";
        let pairs = [("AZURE_STORAGE_CONNECTION_STRING", text), ("AZURE_STORAGE_ACCOUNT_NAME", "second")];
        assert_eq!(value(&settings(&pairs.into()), AzureConfigKey::AccountName), Some("second"));
    }
}
