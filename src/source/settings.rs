//! What a configuration and the environment say of a source: addresses, variables, limits.

use std::time::Duration;

use anyhow::{Context, Result};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use secrecy::SecretString;

use crate::config::{Directory, SourceAuth, SourceKind};
use crate::directory::LARGEST;
use crate::failure::Failure;
use crate::http::{self, Limits, Url, Vars};

/// How long a whole fetch may take where the configuration does not say.
const TIMEOUT_S: u64 = 900;

/// When to give up on a source. Tests make these small; people never see them.
pub fn limits(directory: &Directory) -> Limits {
    let total = Duration::from_secs(directory.timeout_s.unwrap_or(TIMEOUT_S));
    // An export is made while we wait: its answer may take as long as all of it.
    let exchange = if directory.kind.is_none() { total } else { total.min(Duration::from_secs(60)) };
    Limits {
        tries: 4,
        total,
        exchange,
        backoff: Duration::from_secs(1),
        growth: 4,
        backoff_most: Duration::from_secs(16),
        passes: 2,
        rows: 5_000_000,
        answer: LARGEST as usize,
    }
}

/// The names of a source's variables, where the configuration names no others.
pub(super) mod default {
    pub(in crate::source) const ENTRA_ID: &str = "ENTRA_CLIENT_ID";
    pub(in crate::source) const ENTRA_SECRET: &str = "ENTRA_CLIENT_SECRET";
    pub(in crate::source) const OKTA_TOKEN: &str = "OKTA_TOKEN";
    pub(in crate::source) const GOOGLE_KEY: &str = "GOOGLE_KEY";
    pub(in crate::source) const SCIM_TOKEN: &str = "SCIM_SOURCE_TOKEN";
    pub(in crate::source) const LDAP_BIND: &str = "LDAP_BIND";
    pub(in crate::source) const LDAP_PASSWORD: &str = "LDAP_PASSWORD";
}

/// The variables without which a directory cannot be fetched.
fn needed(directory: &Directory) -> Vec<&str> {
    fn or<'a>(given: &'a Option<String>, default: &'a str) -> &'a str {
        given.as_deref().unwrap_or(default)
    }
    let by_auth = |default: Option<SourceAuth>| match directory.auth.or(default) {
        Some(SourceAuth::Basic) => vec![or(&directory.user_env, ""), or(&directory.password_env, "")],
        Some(SourceAuth::Bearer | SourceAuth::Header) => vec![or(&directory.token_env, default::SCIM_TOKEN)],
        Some(SourceAuth::Oauth2) => vec![or(&directory.client_id_env, ""), or(&directory.client_secret_env, "")],
        Some(SourceAuth::None) | None => Vec::new(),
    };
    match directory.kind {
        None => directory.url_env.as_deref().into_iter().chain(by_auth(None)).collect(),
        Some(SourceKind::Scim) => by_auth(Some(SourceAuth::Bearer)),
        Some(SourceKind::Entra) => {
            let id = or(&directory.client_id_env, default::ENTRA_ID);
            match directory.federated_token_file {
                Some(_) => vec![id],
                None => vec![id, or(&directory.client_secret_env, default::ENTRA_SECRET)],
            }
        }
        Some(SourceKind::Okta) => match &directory.private_key_env {
            Some(key) => vec![key],
            None => vec![or(&directory.token_env, default::OKTA_TOKEN)],
        },
        Some(SourceKind::Google) => vec![or(&directory.key_env, default::GOOGLE_KEY)],
        Some(SourceKind::Ldap) => {
            vec![or(&directory.bind_env, default::LDAP_BIND), or(&directory.password_env, default::LDAP_PASSWORD)]
        }
    }
}

/// What is wrong with the variables of a directory, as sentences.
pub(super) fn missing(directory: &Directory, var: Vars<'_>) -> Vec<String> {
    let wrong = |name: &&str| match http::secret(var, name) {
        Ok(Some(_)) => None,
        Ok(None) => Some(format!("the directory {} needs {name}, which is not set", directory.label())),
        Err(error) => Some(format!("the directory {}: {error:#}", directory.label())),
    };
    needed(directory).iter().filter_map(wrong).collect()
}

/// What a variable holds.
pub(super) fn secret(var: Vars<'_>, name: Option<&str>, default: &str) -> Result<SecretString> {
    let name = name.unwrap_or(default);
    let value = http::secret(var, name)?.with_context(|| {
        Failure::usage(format!("{name} is not set"))
            .hint(format!("set {name}, or {name}_FILE with the path of a file that holds it"))
    })?;
    Ok(SecretString::from(value))
}

/// An address of the configuration, or the vendor's.
pub(super) fn address(key: &str, given: Option<&str>, default: &str) -> Result<Url> {
    http::address(key, given.unwrap_or(default))
}

/// Where tokens are asked for: as the configuration says, or where the vendor has it.
pub(super) fn token_url(directory: &Directory, vendors: Url) -> Result<Url> {
    directory.token_url.as_deref().map_or(Ok(vendors), |given| http::address("token_url", given))
}

/// The roots of `ca_file`.
pub(super) fn roots(directory: &Directory) -> Result<Vec<CertificateDer<'static>>> {
    let Some(path) = &directory.ca_file else { return Ok(Vec::new()) };
    let unusable = || {
        Failure::usage(format!("the ca_file {} cannot be used", path.display()))
            .hint("it holds one or more certificates in PEM form")
    };
    let pem = crate::files::read(path, 1 << 20).with_context(unusable)?;
    let roots: Vec<_> = CertificateDer::pem_slice_iter(&pem).collect::<Result<_, _>>().with_context(unusable)?;
    match RootCertStore::empty().add_parsable_certificates(roots.clone()) {
        (0, _) => Err(unusable().into()),
        _ => Ok(roots),
    }
}
