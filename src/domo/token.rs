//! The OAuth token: fetched in whichever of three ways Domo takes, renewed before it ends, and once when Domo no longer knows it.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::settings::Settings;
use super::wire::{CallError, Credential, Loose, Response};
use crate::http::{self, Anonymous, Client, KeptToken, Method, PAGE, Token, Unusable, lifetime};

/// Where the parameters stand. The guide says the first; Domo's own page the last; most clients do the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    PostQuery,
    PostForm,
    GetQuery,
}

impl Style {
    fn call(self) -> &'static str {
        match self {
            Self::PostQuery => "POST /oauth/token with a query",
            Self::PostForm => "POST /oauth/token with a form",
            Self::GetQuery => "GET /oauth/token",
        }
    }
}

/// One token for the whole session.
#[derive(Default)]
pub(super) struct Tokens {
    held: tokio::sync::Mutex<Held>,
}

#[derive(Default)]
struct Held {
    token: KeptToken,
    /// What worked is kept for the run.
    style: Option<Style>,
}

impl Tokens {
    /// A token that is not about to end. Callers wait for one renewal together.
    pub(super) async fn get(&self, client: &Client, settings: &Settings) -> Result<Token, CallError> {
        let mut held = self.held.lock().await;
        match held.token.fresh() {
            Some(token) => Ok(token),
            None => Ok(held.fetch(client, settings).await?.0),
        }
    }

    /// The first token, and what it says of its owner.
    pub(super) async fn first(&self, client: &Client, settings: &Settings) -> Result<Credential, CallError> {
        Ok(self.held.lock().await.fetch(client, settings).await?.1)
    }

    /// Domo no longer takes this one. A newer one stays.
    pub(super) async fn refused(&self, serial: u64) {
        self.held.lock().await.token.refused(serial);
    }
}

impl Held {
    async fn fetch(&mut self, client: &Client, settings: &Settings) -> Result<(Token, Credential), CallError> {
        let all = [Style::PostQuery, Style::PostForm, Style::GetQuery];
        let styles = self.style.as_ref().map_or(&all[..], std::slice::from_ref);
        let mut refused = None;
        for &style in styles {
            match ask_for_token(client, settings, style).await {
                Ok((text, lifetime, credential)) => {
                    self.style = Some(style);
                    return Ok((self.token.keep(client, text, lifetime), credential));
                }
                Err(error) => {
                    let another_way = matches!(error.status(), Some(400 | 404 | 405 | 415));
                    refused = Some(error);
                    if !another_way {
                        break;
                    }
                }
            }
        }
        Err(refused.unwrap_or_else(|| CallError::unsent("the token", "no way to ask for it")))
    }
}

/// One token request; tried again only where Domo or the network was at fault.
async fn ask_for_token(
    client: &Client,
    settings: &Settings,
    style: Style,
) -> Result<(SecretString, Duration, Credential), CallError> {
    let url = http::endpoint(&settings.api_url, "/oauth/token", &[]);
    let scope = settings.scope();
    let parameters = [("grant_type", "client_credentials"), ("scope", scope.as_str())];
    let build = || {
        let method = if style == Style::GetQuery { Method::GET } else { Method::POST };
        let request =
            client.request(method, url.clone()).basic_auth(&settings.client_id, Some(settings.client_secret.expose_secret()));
        match style {
            Style::PostForm => request.form(&parameters),
            _ => request.query(&parameters),
        }
    };
    let parse = |answer: Response| {
        if answer.is_page() {
            Err(Unusable::Transient(PAGE.into()))
        } else {
            read(&answer, &settings.client_id).map_err(Unusable::Permanent)
        }
    };
    client.ask(style.call(), &Anonymous, build, parse).await
}

fn read(answer: &Response, client_id: &str) -> Result<(SecretString, Duration, Credential), String> {
    #[derive(Deserialize)]
    struct Body<'a> {
        access_token: Option<String>,
        #[serde(borrow, default)]
        expires_in: Loose<'a>,
        #[serde(borrow, default)]
        scope: Loose<'a>,
        #[serde(borrow, default)]
        customer: Loose<'a>,
        #[serde(borrow, default)]
        role: Loose<'a>,
        #[serde(borrow, default, rename = "userId")]
        user_id: Loose<'a>,
    }
    let body: Body<'_> = serde_json::from_slice(&answer.body).map_err(|error| format!("the answer is no token: {error}"))?;
    let token = body.access_token.filter(|token| !token.is_empty());
    let token = token.ok_or("the answer has no access_token")?;
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("its access_token holds characters that no token has".into());
    }
    let told = |value: Loose<'_>| value.text().ok().flatten().map(std::borrow::Cow::into_owned);
    let seconds = body.expires_in.text().ok().flatten().and_then(|text| text.trim().parse::<f64>().ok());
    let credential = Credential {
        client_id: client_id.to_owned(),
        user_id: body.user_id.id().ok().flatten(),
        customer: told(body.customer),
        role: told(body.role),
        scope: told(body.scope),
    };
    Ok((SecretString::from(token), lifetime(seconds), credential))
}
