//! What an LDAP server's result codes say, and what to do about them.

use ldap3::LdapResult;
use secrecy::{ExposeSecret, SecretString};

use crate::text;

/// A result code in words.
pub(super) fn code(result: &LdapResult) -> String {
    let words = match result.rc {
        3 => "timeLimitExceeded",
        4 => "sizeLimitExceeded",
        8 => "strongerAuthRequired",
        11 => "adminLimitExceeded",
        12 => "unavailableCriticalExtension",
        32 => "noSuchObject",
        48 => "inappropriateAuthentication",
        49 => "invalidCredentials",
        50 => "insufficientAccessRights",
        51 => "busy",
        52 => "unavailable",
        53 => "unwillingToPerform",
        _ => "error",
    };
    format!("rc {} {words}", result.rc)
}

/// What a refused bind means; Active Directory says it in a code of its own.
pub(super) fn said(result: &LdapResult, password: &SecretString) -> String {
    let meanings = [
        ("525", "the account is not known"),
        ("52e", "name or password is wrong"),
        ("530", "not at this hour"),
        ("532", "the password has expired"),
        ("533", "the account is disabled"),
        ("701", "the account has expired"),
        ("773", "the password must be changed"),
        ("775", "the account is locked"),
    ];
    let detail = result.text.split("data ").nth(1).and_then(|rest| rest.split([',', ' ']).next());
    let meaning = detail.and_then(|detail| meanings.iter().find(|(known, _)| *known == detail)).map(|(_, meaning)| *meaning);
    let words = meaning.map(str::to_owned).unwrap_or_else(|| {
        let text = text::visible(result.text.trim().trim_end_matches('\0')).replace(password.expose_secret(), "[secret]");
        text.chars().take(200).collect()
    });
    format!("{}{}", code(result), if words.is_empty() { String::new() } else { format!(": {words}") })
}

/// What to do where nothing came, by the code that says why, where one does.
pub(super) fn hint(code: Option<u32>) -> &'static str {
    match code {
        Some(49) => "check the variables with name and password; Active Directory takes a DN or user@domain",
        Some(8) => "the server wants TLS before a password: use ldaps:// or start_tls = true",
        Some(32) => "the base is not there, or may not be seen by this account: check [[directory]] base",
        Some(12) => "the server does not page, so a whole list cannot be had from it",
        _ => "check the address, the network and the account's rights",
    }
}
