//! Where Domo is, who we are to it, and how hard we may ask.

use anyhow::Result;
use secrecy::SecretString;

use super::windows::Windows;
use crate::config::{self, Config, DeactivateWith, environment};
use crate::failure::Failure;
pub use crate::http::Limits;
use crate::http::{self, Url, address, secret};

/// Bytes of a DataSet: a report of DomoStats over some millions of objects.
const LARGEST_DATASET: usize = 1 << 30;

const DEFAULT_API: &str = "https://api.domo.com";

/// Everything a [`Session`](super::Session) needs. It holds secrets, so it has no `Debug`.
#[derive(Clone)]
pub struct Settings {
    /// `https://api.domo.com`, without a slash at its end.
    pub api_url: Url,
    /// The OAuth client.
    pub client_id: String,
    pub(super) client_secret: SecretString,
    /// The SCIM door, where its address and token are known.
    pub scim: Option<Scim>,
    /// Our share of the instance-wide rate limit.
    pub requests_per_minute: u32,
    /// Reads under way at once.
    pub concurrency: usize,
    /// Users a page.
    pub page_size: usize,
    /// Read group memberships.
    pub groups: bool,
    /// Days of the activity log to read; 0 reads none.
    pub activity_days: u32,
    /// Read DataSets, which takes the scope `data`.
    pub data: bool,
    /// Read the list of cards, which takes the scope `dashboard`.
    pub cards: bool,
    /// Which door deactivates.
    pub deactivate_with: DeactivateWith,
    /// When to give up.
    pub limits: Limits,
    /// How long a write is looked at.
    pub windows: Windows,
}

/// The SCIM root and its own token.
#[derive(Clone)]
pub struct Scim {
    /// Such as `https://acme.domo.com/api/scim/v2` or `https://acme.domo.com/api/identity/v1/scim`.
    pub url: Url,
    pub(super) token: SecretString,
}

impl Scim {
    /// The root is `https`, or `http` on a loopback address.
    ///
    /// # Errors
    /// It is no address, or is neither.
    pub fn new(url: &str, token: SecretString) -> Result<Self> {
        Ok(Self { url: address(environment::SCIM_URL, url)?, token })
    }
}

impl Settings {
    /// Settings with the defaults of `[domo]`.
    ///
    /// # Errors
    /// It is no address, or neither `https` nor on loopback.
    pub fn new(api_url: &str, client_id: impl Into<String>, client_secret: SecretString) -> Result<Self> {
        Self::with(&config::Domo::default(), api_url, client_id.into(), client_secret)
    }

    /// From the configuration and the process's environment. With `instance`, what that section names overrides `[domo]`.
    ///
    /// # Errors
    /// As [`Settings::from_vars`].
    pub fn from_env(config: &Config, instance: Option<&config::Instance>) -> Result<Self> {
        Self::from_vars(config, instance, &|name| std::env::var(name).ok())
    }

    /// The same from any source of variables.
    ///
    /// # Errors
    /// A variable is missing, or an address in one is none that a secret may be sent to.
    fn from_vars(config: &Config, instance: Option<&config::Instance>, var: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let var = |name: &str| var(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let (id_name, secret_name) = (environment::client_id(instance), environment::client_secret(instance));

        let id = var(id_name);
        let secret = secret(&var, secret_name)?;
        let (Some(id), Some(secret)) = (id.clone(), secret.clone()) else {
            let missing: Vec<_> = [(id_name, id.is_none()), (secret_name, secret.is_none())]
                .into_iter()
                .filter_map(|(name, missing)| missing.then_some(name))
                .collect();
            return Err(Failure::usage(format!("no credentials for Domo: {} not set", missing.join(" and ")))
                .hint(format!(
                    "make an API client with the scope `user` (Admin > Authentication > API Clients, or developer.domo.com) and \
                     set {id_name} and {secret_name} (or {secret_name}_FILE); `domo-reconcile demo` needs none"
                ))
                .into());
        };

        let written = instance.and_then(|instance| instance.api_url.clone());
        let api_url = var(environment::API_URL).or_else(|| written.clone());
        if let (Some(instance), Some(written), Some(used)) = (instance, &written, &api_url)
            && written != used
        {
            tracing::warn!("DOMO_API_URL is set: {} is asked there, not at its own api_url of [[instance]]", instance.name);
        }
        let domo = instance.map_or_else(|| config.domo.clone(), |instance| config.for_instance(instance).domo);
        let mut settings = Self::with(&domo, api_url.as_deref().unwrap_or(DEFAULT_API), id, SecretString::from(secret))?;
        settings.reads_content(config.content.as_ref());
        settings.scim = match (var(environment::SCIM_URL), http::secret(&var, environment::SCIM_TOKEN)?) {
            (Some(url), Some(token)) => Some(Scim::new(&url, SecretString::from(token))?),
            (None, None) => None,
            (Some(_), None) => {
                return Err(Failure::usage("DOMO_SCIM_URL is set but DOMO_SCIM_TOKEN (or DOMO_SCIM_TOKEN_FILE) is not").into());
            }
            (None, Some(_)) => {
                return Err(Failure::usage("DOMO_SCIM_TOKEN is set but DOMO_SCIM_URL is not")
                    .hint(
                        "the SCIM root is https://INSTANCE.domo.com/api/scim/v2 or https://INSTANCE.domo.com/api/identity/v1/scim",
                    )
                    .into());
            }
        };
        // One pair of variables cannot serve several instances: it is the door of the one whose name its host begins with.
        if let (Some(instance), Some(scim)) = (instance, &settings.scim)
            && !scim.url.host_str().is_some_and(|host| host.starts_with(&format!("{}.", instance.name)))
            && config.instance.len() > 1
        {
            settings.scim = None;
        }
        if settings.deactivate_with == DeactivateWith::Scim && settings.scim.is_none() {
            return Err(Failure::usage(
                "[domo] deactivate_with = \"scim\" needs DOMO_SCIM_URL and DOMO_SCIM_TOKEN (or DOMO_SCIM_TOKEN_FILE)",
            )
            .into());
        }
        Ok(settings)
    }

    fn with(domo: &config::Domo, api_url: &str, client_id: String, client_secret: SecretString) -> Result<Self> {
        Ok(Self {
            api_url: address(environment::API_URL, api_url)?,
            client_id,
            client_secret,
            scim: None,
            requests_per_minute: domo.requests_per_minute.max(1),
            concurrency: domo.concurrency.max(1),
            page_size: domo.page_size.clamp(1, 500),
            groups: domo.groups,
            activity_days: domo.activity_days,
            data: false,
            cards: false,
            deactivate_with: domo.deactivate_with,
            limits: Limits::default(),
            windows: Windows::default(),
        })
    }

    /// Asks for what `[content]` needs: the scopes, and room for a whole DataSet.
    pub fn reads_content(&mut self, content: Option<&config::Content>) {
        if let Some(content) = content.filter(|content| content.asks_api()) {
            (self.data, self.cards) = (true, content.api);
            self.limits.answer = LARGEST_DATASET;
        }
    }

    /// The scopes asked for: no more than is needed.
    pub(super) fn scope(&self) -> String {
        let more = [(self.activity_days > 0, "audit"), (self.data, "data"), (self.cards, "dashboard")];
        let more = more.into_iter().filter(|(asked, _)| *asked).map(|(_, scope)| scope);
        std::iter::once("user").chain(more).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::{FailureKind, kind, paragraph};

    fn from(vars: &[(&str, &str)]) -> Result<Settings> {
        let var = |name: &str| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Settings::from_vars(&Config::default(), None, &var)
    }

    fn refused(vars: &[(&str, &str)]) -> String {
        let error = from(vars).err().expect("refused");
        assert_eq!(kind(&error), FailureKind::Usage);
        paragraph(&error)
    }

    #[test]
    fn missing_credentials_name_the_variables() {
        let text = refused(&[("DOMO_CLIENT_ID", "me")]);
        assert!(text.starts_with("error: no credentials for Domo: DOMO_CLIENT_SECRET not set\n"), "{text}");
    }

    #[test]
    fn plain_http_leaves_this_machine_never() {
        let credentials = [("DOMO_CLIENT_ID", "me"), ("DOMO_CLIENT_SECRET", "hush")];
        let with = |url| [credentials[0], credentials[1], ("DOMO_API_URL", url)];
        for url in ["http://127.0.0.1:9", "http://[::1]:9", "http://localhost:9/", "https://api.domo.com"] {
            assert!(from(&with(url)).is_ok(), "{url}");
        }
        for url in ["http://api.domo.com", "ftp://127.0.0.1", "http://localhost.evil.example", "https://u:p@api.domo.com", "domo"] {
            let text = refused(&with(url));
            assert!(!text.contains("hush"), "{text}");
        }
    }

    #[test]
    fn a_secret_may_stand_in_a_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "hush\n").unwrap();
        let path = file.path().to_str().unwrap();
        let settings = from(&[("DOMO_CLIENT_ID", "me"), ("DOMO_CLIENT_SECRET_FILE", path)]).unwrap();
        assert_eq!(secrecy::ExposeSecret::expose_secret(&settings.client_secret), "hush");
        assert!(
            refused(&[("DOMO_CLIENT_ID", "me"), ("DOMO_CLIENT_SECRET_FILE", "/nowhere/at/all")])
                .contains("DOMO_CLIENT_SECRET_FILE")
        );
    }

    #[test]
    fn the_token_of_scim_may_stand_in_a_file_too() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "hush\n").unwrap();
        let client =
            [("DOMO_CLIENT_ID", "me"), ("DOMO_CLIENT_SECRET", "x"), ("DOMO_SCIM_URL", "https://acme.domo.com/api/scim/v2")];
        let settings = from(&[&client[..], &[("DOMO_SCIM_TOKEN_FILE", file.path().to_str().unwrap())]].concat()).unwrap();
        assert_eq!(secrecy::ExposeSecret::expose_secret(&settings.scim.unwrap().token), "hush");
        assert!(refused(&client).contains("DOMO_SCIM_TOKEN_FILE"));
    }

    #[test]
    fn an_instance_brings_its_own_credentials_and_settings() {
        let config = Config::parse(
            "[domo]\nconcurrency = 2\n[[instance]]\nname = \"acme-eu\"\nclient_id_env = \"EU_ID\"\nclient_secret_env \
             = \"EU_SECRET\"\n\
             api_url = \"https://eu.example\"\npage_size = 100\n",
        )
        .unwrap();
        let vars = [("EU_ID", "eu"), ("EU_SECRET", "hush"), ("DOMO_CLIENT_ID", "us"), ("DOMO_API_URL", "http://127.0.0.1:9")];
        let settings = |vars: &[(&str, &str)]| {
            let var = |name: &str| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
            Settings::from_vars(&config, config.instance.first(), &var).unwrap()
        };
        // Whoever points it at a sandbox must not write to the address of the file.
        assert_eq!(settings(&vars).api_url.as_str(), "http://127.0.0.1:9/");
        let settings = settings(&vars[..3]);
        assert_eq!(settings.client_id, "eu");
        assert_eq!(settings.api_url.as_str(), "https://eu.example/");
        assert_eq!((settings.page_size, settings.concurrency), (100, 2));
    }
}
