//! What is signed, and what must not come back out.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domo_reconcile::failure;
use domo_reconcile::sandbox::Running;
use ring::signature::{ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::Value;

use super::{KEY, KINDS, addresses, configured, everybody, fetch, load, sandbox};

/// A form's field, as it was sent.
fn field(body: &str, name: &str) -> String {
    body.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}="))).unwrap_or_default().to_owned()
}

fn part(jwt: &str, at: usize) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(jwt.split('.').nth(at).unwrap()).unwrap()).unwrap()
}

fn token_request(running: &Running) -> domo_reconcile::sandbox::Request {
    running.requests().into_iter().rfind(|request| request.path.ends_with("/token") && request.status == 200).unwrap()
}

/// Whether the key of these tests signed it.
fn is_signed(jwt: &str) -> bool {
    let der: Vec<u8> =
        KEY.lines().filter(|line| !line.starts_with("-----")).flat_map(|line| STANDARD.decode(line).unwrap()).collect();
    let pair = ring::signature::RsaKeyPair::from_pkcs8(&der).unwrap();
    let public = ring::signature::KeyPair::public_key(&pair).as_ref().to_vec();
    let (text, signature) = jwt.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public).verify(text.as_bytes(), &signature).is_ok()
}

#[tokio::test]
async fn a_service_account_asks_in_its_own_name_or_in_an_administrators() {
    let running = sandbox(|_| {}).await;
    for admin in [None, Some("audit@acme.example".to_owned())] {
        let mut directory = configured("google", &running.url());
        directory.admin = admin.clone();
        fetch(&directory).await.unwrap();
        let assertion = field(&token_request(&running).body, "assertion");
        assert!(is_signed(&assertion));
        let claims = part(&assertion, 1);
        assert_eq!(claims["iss"], "audit@acme.iam.example");
        assert_eq!(claims["aud"], format!("{}/google/token", running.url()));
        assert_eq!(claims.get("sub").and_then(Value::as_str), admin.as_deref());
        assert_eq!(part(&assertion, 0)["kid"], "k1");
        assert!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap() <= 3600);
    }
}

#[tokio::test]
async fn an_okta_service_app_shows_a_proof_with_every_request() {
    let running = sandbox(|_| {}).await;
    let directory =
        configured("kind = \"okta\"\nurl = \"URL/okta\"\nclient_id = \"sandbox\"\nprivate_key_env = \"OKTA_KEY\"", &running.url());
    let fetched = fetch(&directory).await.unwrap();
    assert_eq!(addresses(&load(&directory, fetched.input)), everybody());
    let requests = running.requests();
    // The first try has no nonce; the answer names it.
    assert_eq!(requests.iter().take(2).map(|request| request.status).collect::<Vec<_>>(), [400, 200]);
    assert!(is_signed(&field(&token_request(&running).body, "client_assertion")));
    let proofs: Vec<String> = requests.iter().filter_map(|request| request.proof.clone()).collect();
    assert_eq!(proofs.len(), requests.len());
    for (proof, request) in proofs.iter().zip(&requests) {
        let (header, claims) = (part(proof, 0), part(proof, 1));
        let point = [vec![4], decoded(&header["jwk"]["x"]), decoded(&header["jwk"]["y"])].concat();
        let (text, signature) = proof.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        assert!(UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(text.as_bytes(), &signature).is_ok());
        assert_eq!(claims["htm"], request.method);
        assert_eq!(claims["htu"], format!("{}{}", running.url(), request.path.split('?').next().unwrap()));
        assert_eq!(claims.get("ath").is_some(), request.path.contains("/users"));
    }
    let ids: std::collections::BTreeSet<_> = proofs.iter().map(|proof| part(proof, 1)["jti"].to_string()).collect();
    assert_eq!(ids.len(), proofs.len(), "no proof is shown twice");
}

fn decoded(value: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(value.as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn an_answer_that_repeats_the_credential_does_not_bring_it_out() {
    for kind in KINDS {
        let running = sandbox(|_| {}).await;
        running.fault("GET *=echo".parse().unwrap());
        let told = failure::paragraph(&fetch(&configured(kind, &running.url())).await.unwrap_err());
        assert!(told.contains("[secret]"), "{kind}: {told}");
        assert!(
            !told.contains(super::DIRECTORY_TOKEN) && !told.contains("sandbox-secret") && !told.contains("eyJ"),
            "{kind}: {told}"
        );
    }
}

#[tokio::test]
async fn a_key_that_cannot_be_used_is_said_without_it() {
    let running = sandbox(|_| {}).await;
    for text in ["hush", "{\"client_email\":\"a\",\"private_key\":\"hush\"}", "{\"client_email\": hush"] {
        let variable = |name: &str| (name == "GOOGLE_KEY").then(|| text.to_owned());
        let directory = configured("google", &running.url());
        let came = super::quiet::fetch(&directory, &variable, super::impatient(), super::Depth::Whole, &super::Silent).await;
        let told = failure::paragraph(&came.unwrap_err());
        assert!(told.contains("GOOGLE_KEY") && !told.contains("hush"), "{told}");
    }
    assert_eq!(running.requests().len(), 0);
}
