//! The variables of the environment that say where Domo is and who we are to it.

use super::Instance;

/// The OAuth client, where an instance names no other variable.
pub const CLIENT_ID: &str = "DOMO_CLIENT_ID";
/// Its secret, likewise.
pub const CLIENT_SECRET: &str = "DOMO_CLIENT_SECRET";
/// Where Domo's API is, where that is not Domo's own.
pub const API_URL: &str = "DOMO_API_URL";
/// The SCIM root.
pub const SCIM_URL: &str = "DOMO_SCIM_URL";
/// Its bearer token.
pub const SCIM_TOKEN: &str = "DOMO_SCIM_TOKEN";

/// All of them, and those that name a file with a secret in it.
const ALL: [&str; 7] = [CLIENT_ID, CLIENT_SECRET, "DOMO_CLIENT_SECRET_FILE", API_URL, SCIM_URL, SCIM_TOKEN, "DOMO_SCIM_TOKEN_FILE"];

/// Those that are set in this process.
pub fn set() -> Vec<&'static str> {
    ALL.into_iter().filter(|name| std::env::var_os(name).is_some()).collect()
}

/// The variable that holds the client's id, of one of several instances or of the only one.
pub fn client_id(instance: Option<&Instance>) -> &str {
    instance.and_then(|instance| instance.client_id_env.as_deref()).unwrap_or(CLIENT_ID)
}

/// The variable that holds the client's secret.
pub fn client_secret(instance: Option<&Instance>) -> &str {
    instance.and_then(|instance| instance.client_secret_env.as_deref()).unwrap_or(CLIENT_SECRET)
}
