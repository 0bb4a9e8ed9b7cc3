//! Signed statements (JWT): RS256 with the key that somebody gave us, ES256 with a key of our own that lives as long as the fetch.

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Utc;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::http::Url;

/// Signs with somebody's RSA key.
pub(super) struct Signer {
    key: RsaKeyPair,
    id: Option<String>,
}

impl Signer {
    /// A private RSA key: PEM (PKCS#1 or PKCS#8), or a JWK with its `kid`.
    ///
    /// # Errors
    /// Wrong usage that names the place; nothing of the key is repeated.
    pub(super) fn read(place: &str, text: &str, id: Option<String>) -> Result<Self> {
        let wrong = || {
            Failure::usage(format!("{place} holds no private key that can be used"))
                .hint("an RSA key of 2,048 bits or more: PEM (BEGIN PRIVATE KEY, BEGIN RSA PRIVATE KEY) or JWK")
        };
        if text.trim_start().starts_with('{') {
            return Self::of_jwk(text).with_context(wrong);
        }
        // A variable of one line may carry its line ends as `\n`.
        let text = text.replace("\\n", "\n");
        let key = match PrivateKeyDer::from_pem_slice(text.as_bytes())
            .map_err(|_| anyhow::anyhow!("it is no PEM"))
            .with_context(wrong)?
        {
            PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
            _ => bail!(wrong()),
        };
        Ok(Self { key: key.map_err(|why| anyhow::anyhow!("{why}")).with_context(wrong)?, id })
    }

    fn of_jwk(text: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Jwk {
            kid: Option<String>,
            n: String,
            e: String,
            d: String,
            p: String,
            q: String,
            dp: String,
            dq: String,
            qi: String,
        }
        let jwk: Jwk = serde_json::from_str(text).map_err(|_| anyhow::anyhow!("it is no private RSA key in JWK form"))?;
        let number = |text: &str| {
            URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map_err(|_| anyhow::anyhow!("one of its JWK values is no base64url"))
        };
        let (n, e, d) = (number(&jwk.n)?, number(&jwk.e)?, number(&jwk.d)?);
        let (p, q, dp, dq, qi) = (number(&jwk.p)?, number(&jwk.q)?, number(&jwk.dp)?, number(&jwk.dq)?, number(&jwk.qi)?);
        let components = ring::rsa::KeyPairComponents {
            public_key: ring::rsa::PublicKeyComponents { n: &n[..], e: &e[..] },
            d: &d[..],
            p: &p[..],
            q: &q[..],
            dP: &dp[..],
            dQ: &dq[..],
            qInv: &qi[..],
        };
        let key = RsaKeyPair::from_components(&components).map_err(|why| anyhow::anyhow!("{why}"))?;
        Ok(Self { key, id: jwk.kid })
    }

    /// A statement with these claims, good for so many seconds.
    ///
    /// # Errors
    /// It cannot be signed.
    pub(super) fn assert(&self, mut claims: Value, seconds: i64) -> Result<String> {
        let now = Utc::now().timestamp();
        if let Some(claims) = claims.as_object_mut() {
            claims.insert("iat".into(), now.into());
            claims.insert("exp".into(), (now + seconds).into());
            claims.insert("jti".into(), unique()?.into());
        }
        let mut header = json!({"alg": "RS256", "typ": "JWT"});
        if let (Some(id), Some(header)) = (&self.id, header.as_object_mut()) {
            header.insert("kid".into(), id.as_str().into());
        }
        let text = unsigned(&header, &claims);
        let mut signature = vec![0; self.key.public().modulus_len()];
        let signed = self.key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature);
        signed.map_err(|_| anyhow::anyhow!("the statement that asks for a token cannot be signed"))?;
        Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

/// The key that tokens are bound to (DPoP, RFC 9449).
pub(super) struct ProofKey {
    key: EcdsaKeyPair,
}

impl ProofKey {
    /// A new one.
    pub(super) fn generate() -> Result<Self> {
        let (random, form) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
        let document = EcdsaKeyPair::generate_pkcs8(form, &random).map_err(|_| anyhow::anyhow!("no key could be made"))?;
        let key = EcdsaKeyPair::from_pkcs8(form, document.as_ref(), &random).map_err(|why| anyhow::anyhow!("{why}"))?;
        Ok(Self { key })
    }

    /// The proof for one request.
    ///
    /// # Errors
    /// It cannot be signed.
    pub(super) fn prove(&self, method: &str, url: &Url, token: Option<&str>, nonce: Option<&str>) -> Result<String> {
        let mut at = url.clone();
        at.set_query(None);
        at.set_fragment(None);
        let mut claims = json!({"htm": method, "htu": at.as_str(), "iat": Utc::now().timestamp(), "jti": unique()?});
        if let Some(claims) = claims.as_object_mut() {
            let hash = |token: &str| URL_SAFE_NO_PAD.encode(ring::digest::digest(&ring::digest::SHA256, token.as_bytes()));
            claims.extend(token.map(|token| ("ath".to_owned(), hash(token).into())));
            claims.extend(nonce.map(|nonce| ("nonce".to_owned(), nonce.into())));
        }
        // An uncompressed point: 4, x, y.
        let public = self.key.public_key().as_ref();
        let half = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(public.get(range).unwrap_or_default());
        let jwk = json!({"kty": "EC", "crv": "P-256", "x": half(1..33), "y": half(33..65)});
        let text = unsigned(&json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk}), &claims);
        let signature = self.key.sign(&SystemRandom::new(), text.as_bytes());
        let signature = signature.map_err(|_| anyhow::anyhow!("the proof of a request cannot be signed"))?;
        Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}

fn unique() -> Result<String> {
    let mut bytes = [0; 16];
    SystemRandom::new().fill(&mut bytes).map_err(|_| anyhow::anyhow!("the system gives no random bytes"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
