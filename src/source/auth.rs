//! Who we are to a source: a fixed credential, or a token that is had by a grant, renewed before it ends and once when it is no
//! longer taken. The grants are OAuth2's client credentials with a secret, with another provider's token, or with a signed
//! assertion; and a service account's assertion. Where a server binds tokens to a key (DPoP, RFC 9449), each request is signed.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Result;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::jwt::{ProofKey, Signer};
use super::settings::{address, default, secret};
use crate::config::{Directory, SourceAuth};
use crate::http::header::{AUTHORIZATION, HeaderName};
use crate::http::{
    Anonymous, Authenticator, CallError, Client, KeptToken, Method, Request, RequestBuilder, Response, Token, Unusable, Url, Vars,
    credential, describe, lifetime,
};

/// The longest that an assertion is good for, in seconds.
const ASSERTION: i64 = 300;

/// A credential, and how it is shown.
pub(super) enum Auth {
    Nothing,
    /// A header, and all of its value.
    Header(HeaderName, SecretString),
    Tokens(Box<Tokens>),
}

/// Tokens of one client.
pub(super) struct Tokens {
    url: Url,
    scope: String,
    grant: Grant,
}

/// How a token is had.
pub(super) enum Grant {
    /// Client credentials with a secret: in a header, as every server must take it, or posted.
    Secret { id: SecretString, secret: SecretString, posted: bool },
    /// Client credentials with another provider's token, read anew each time.
    Federated { id: SecretString, file: PathBuf },
    /// Client credentials with a signed assertion; each request is signed with the second key where the server asks for that.
    Assertion { id: String, key: Box<Signer>, proof: Box<ProofKey> },
    /// A service account's own assertion.
    Account { email: String, subject: Option<String>, key: Box<Signer> },
}

impl Auth {
    /// What the configuration says of an address or a SCIM server.
    pub(super) fn of(directory: &Directory, default: Option<SourceAuth>, var: Vars<'_>) -> Result<Self> {
        let named = |name: &Option<String>, default: &str| secret(var, name.as_deref(), default);
        Ok(match directory.auth.or(default) {
            None | Some(SourceAuth::None) => Self::Nothing,
            Some(SourceAuth::Basic) => {
                let (user, password) = (named(&directory.user_env, "")?, named(&directory.password_env, "")?);
                Self::Header(AUTHORIZATION, basic(&user, &password))
            }
            Some(SourceAuth::Bearer) => {
                let token = named(&directory.token_env, default::SCIM_TOKEN)?;
                Self::Header(AUTHORIZATION, format!("Bearer {}", token.expose_secret()).into())
            }
            Some(SourceAuth::Header) => {
                let header = directory.header.as_deref().unwrap_or_default().parse()?;
                Self::Header(header, named(&directory.token_env, "")?)
            }
            Some(SourceAuth::Oauth2) => {
                let id = named(&directory.client_id_env, "")?;
                let secret = named(&directory.client_secret_env, "")?;
                let url = address("token_url", directory.token_url.as_deref(), "")?;
                let scope = directory.scope.clone().unwrap_or_default();
                Self::tokens(url, scope, Grant::Secret { id, secret, posted: false })
            }
        })
    }

    pub(super) fn tokens(url: Url, scope: String, grant: Grant) -> Self {
        Self::Tokens(Box::new(Tokens { url, scope, grant }))
    }

    /// Every address that a client with this credential talks to.
    pub(super) fn addresses<'a>(&'a self, api: &'a Url) -> Vec<&'a Url> {
        match self {
            Self::Tokens(tokens) => vec![api, &tokens.url],
            _ => vec![api],
        }
    }

    /// Signs a client's requests with it.
    pub(super) fn authenticator<'a>(&'a self, client: &'a Client) -> CredentialAuthenticator<'a> {
        match self {
            Self::Nothing => {}
            Self::Header(_, value) => {
                client.hide(value.clone());
                value.expose_secret().split(' ').skip(1).for_each(|secret| client.hide(secret));
            }
            Self::Tokens(tokens) => {
                if let Grant::Secret { id, secret, .. } = &tokens.grant {
                    client.hide(secret.clone());
                    client.hide(STANDARD.encode(format!("{}:{}", id.expose_secret(), secret.expose_secret())));
                }
            }
        }
        CredentialAuthenticator {
            auth: self,
            client,
            held: tokio::sync::Mutex::default(),
            posted: AtomicBool::new(false),
            nonce: std::sync::Mutex::default(),
        }
    }
}

fn basic(user: &SecretString, password: &SecretString) -> SecretString {
    let both = format!("{}:{}", user.expose_secret(), password.expose_secret());
    format!("Basic {}", STANDARD.encode(both)).into()
}

/// Keeps the credential of one fetch.
pub(super) struct CredentialAuthenticator<'a> {
    auth: &'a Auth,
    client: &'a Client,
    held: tokio::sync::Mutex<Held>,
    /// Whether the secret is posted, because the server did not take it in a header.
    posted: AtomicBool,
    /// What the server wants to see in the next DPoP proof.
    nonce: std::sync::Mutex<Option<String>>,
}

#[derive(Default)]
struct Held {
    token: KeptToken,
    /// It is bound to the key of the proofs.
    bound: bool,
}

impl Authenticator for CredentialAuthenticator<'_> {
    async fn sign(&self, request: &mut Request) -> Result<u64, CallError> {
        match self.auth {
            Auth::Nothing => Ok(0),
            Auth::Header(name, value) => credential(request, name, value.expose_secret()).map(|()| 0),
            Auth::Tokens(tokens) => {
                let (token, bound) = self.token(tokens).await?;
                let text = token.text.expose_secret();
                match (&tokens.grant, bound) {
                    (Grant::Assertion { proof, .. }, true) => {
                        let signed = proof.prove(request.method().as_str(), request.url(), Some(text), self.nonce().as_deref());
                        let signed = signed.map_err(|why| unsigned(request, &why))?;
                        credential(request, &HeaderName::from_static("dpop"), &signed)?;
                        credential(request, &AUTHORIZATION, &format!("DPoP {text}"))?;
                    }
                    _ => credential(request, &AUTHORIZATION, &format!("Bearer {text}"))?,
                }
                Ok(token.serial)
            }
        }
    }

    async fn refused(&self, serial: u64, answer: &Response) -> bool {
        let Auth::Tokens(_) = self.auth else { return false };
        if answer.status != 401 {
            return false;
        }
        if self.learn(answer) {
            return true;
        }
        self.held.lock().await.token.refused(serial);
        true
    }
}

impl CredentialAuthenticator<'_> {
    /// The rights that the token itself names (`roles`); `None` where it cannot be read, or there is none.
    pub(super) async fn roles(&self) -> Result<Option<Vec<String>>, CallError> {
        #[derive(Deserialize)]
        struct Claims {
            roles: Option<Vec<String>>,
        }
        let Auth::Tokens(tokens) = self.auth else { return Ok(None) };
        let (token, _) = self.token(tokens).await?;
        let claims = token.text.expose_secret().split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
        let claims = claims.and_then(|claims| serde_json::from_slice::<Claims>(&claims).ok());
        Ok(claims.and_then(|claims| claims.roles))
    }

    fn nonce(&self) -> Option<String> {
        self.nonce.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Takes the nonce that the server wants to see. Whether there is one, and that was what it missed.
    fn learn(&self, answer: &Response) -> bool {
        let Some(nonce) = answer.header("dpop-nonce") else { return false };
        let wanted = answer.header("www-authenticate").is_some_and(|why| why.contains("use_dpop_nonce"))
            || answer.body.windows(14).any(|word| word == b"use_dpop_nonce");
        *self.nonce.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(nonce.to_owned());
        wanted
    }

    /// The token, and whether it is bound to the key of the proofs.
    async fn token(&self, tokens: &Tokens) -> Result<(Token, bool), CallError> {
        let mut held = self.held.lock().await;
        if let Some(token) = held.token.fresh() {
            return Ok((token, held.bound));
        }
        let posted = self.posted.load(Ordering::Relaxed);
        let (text, bound, lifetime) = match self.ask_for_token(tokens, posted).await {
            // RFC 6749 wants every server to take the header; some take the form only.
            Err(error)
                if !posted
                    && matches!(tokens.grant, Grant::Secret { posted: false, .. })
                    && matches!(error.status(), Some(400 | 401)) =>
            {
                let had = self.ask_for_token(tokens, true).await.map_err(|_| error)?;
                self.posted.store(true, Ordering::Relaxed);
                had
            }
            other => other?,
        };
        held.bound = bound;
        Ok((held.token.keep(self.client, text, lifetime), bound))
    }

    async fn ask_for_token(&self, tokens: &Tokens, posted: bool) -> Result<(SecretString, bool, Duration), CallError> {
        let call = format!("POST {}", tokens.url.path());
        // Read once a token: the file is renewed by whoever writes it.
        let federated = match &tokens.grant {
            Grant::Federated { file, .. } => {
                let read = crate::http::read_secret("federated_token_file", &file.display().to_string());
                let read = read.map_err(|error| CallError::unsent(&call, format!("{error:#}")))?;
                self.client.hide(read.clone());
                Some(SecretString::from(read))
            }
            _ => None,
        };
        let build = || self.token_request(tokens, posted, federated.as_ref());
        let asker = Asker { authenticator: self, tokens };
        self.client.ask(&call, &asker, build, token_of).await
    }

    fn token_request(&self, tokens: &Tokens, posted: bool, federated: Option<&SecretString>) -> RequestBuilder {
        let request = self.client.request(Method::POST, tokens.url.clone());
        let mut form = vec![("scope", tokens.scope.clone())];
        form.retain(|(_, value)| !value.is_empty());
        let by = |form: &mut Vec<(&str, String)>, grant: &str| form.push(("grant_type", grant.to_owned()));
        let bearer = ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned());
        match &tokens.grant {
            Grant::Secret { id, secret, posted: always } => {
                by(&mut form, "client_credentials");
                if !(posted || *always) {
                    return request.basic_auth(id.expose_secret(), Some(secret.expose_secret())).form(&form);
                }
                form.push(("client_id", id.expose_secret().to_owned()));
                form.push(("client_secret", secret.expose_secret().to_owned()));
            }
            Grant::Federated { id, .. } => {
                by(&mut form, "client_credentials");
                form.push(("client_id", id.expose_secret().to_owned()));
                form.push(bearer);
                form.extend(federated.map(|token| ("client_assertion", token.expose_secret().to_owned())));
            }
            // Their statements are of one request only: [`Asker`] adds them.
            Grant::Assertion { .. } => {
                by(&mut form, "client_credentials");
                form.push(bearer);
            }
            Grant::Account { .. } => {
                form.clear();
                by(&mut form, "urn:ietf:params:oauth:grant-type:jwt-bearer");
            }
        }
        request.form(&form)
    }
}

/// Why a request stays here: what it has to show cannot be signed.
fn unsigned(request: &Request, why: &anyhow::Error) -> CallError {
    CallError::unsent(describe(request.method(), request.url()), why.to_string())
}

/// Adds a signed statement to the form of a request. None of its characters is written in another way there.
fn state(client: &Client, request: &mut Request, field: &str, statement: Result<String>) -> Result<(), CallError> {
    let statement = statement.map_err(|why| unsigned(request, &why))?;
    client.hide(statement.as_str());
    let form = request.body().and_then(|form| form.as_bytes()).unwrap_or_default();
    let form = [form, b"&", field.as_bytes(), b"=", statement.as_bytes()].concat();
    *request.body_mut() = Some(form.into());
    Ok(())
}

/// Signs requests for tokens where they have to be.
struct Asker<'a> {
    authenticator: &'a CredentialAuthenticator<'a>,
    tokens: &'a Tokens,
}

impl Authenticator for Asker<'_> {
    async fn sign(&self, request: &mut Request) -> Result<u64, CallError> {
        let Tokens { url, scope, grant } = self.tokens;
        match grant {
            Grant::Assertion { id, key, proof } => {
                let claims = serde_json::json!({"iss": id, "sub": id, "aud": url.as_str()});
                state(self.authenticator.client, request, "client_assertion", key.assert(claims, ASSERTION))?;
                let signed = proof.prove("POST", url, None, self.authenticator.nonce().as_deref());
                let signed = signed.map_err(|why| unsigned(request, &why))?;
                credential(request, &HeaderName::from_static("dpop"), &signed).map(|()| 0)
            }
            Grant::Account { email, subject, key } => {
                let mut claims = serde_json::json!({"iss": email, "aud": url.as_str(), "scope": scope});
                if let (Some(subject), Some(claims)) = (subject, claims.as_object_mut()) {
                    claims.insert("sub".into(), subject.as_str().into());
                }
                state(self.authenticator.client, request, "assertion", key.assert(claims, ASSERTION)).map(|()| 0)
            }
            Grant::Secret { .. } | Grant::Federated { .. } => Anonymous.sign(request).await,
        }
    }

    async fn refused(&self, _serial: u64, answer: &Response) -> bool {
        matches!(self.tokens.grant, Grant::Assertion { .. }) && self.authenticator.learn(answer)
    }
}

fn token_of(answer: Response) -> Result<(SecretString, bool, Duration), Unusable> {
    #[derive(Deserialize)]
    struct Body {
        access_token: Option<String>,
        token_type: Option<String>,
        expires_in: Option<serde_json::Value>,
    }
    let body: Body = serde_json::from_slice(&answer.body).map_err(|_| Unusable::Permanent("the answer is no token".into()))?;
    let token = body.access_token.filter(|token| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()));
    let token = token.ok_or_else(|| Unusable::Permanent("the answer holds no access_token that can be used".into()))?;
    let seconds = body.expires_in.and_then(|seconds| seconds.as_f64().or_else(|| seconds.as_str()?.parse().ok()));
    let bound = body.token_type.is_some_and(|kind| kind.eq_ignore_ascii_case("dpop"));
    Ok((token.into(), bound, lifetime(seconds)))
}
