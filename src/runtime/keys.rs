//! From lists of secrets to keys; and the secrets that development makes for itself.

use serde_json::{Value, json};

use crate::{
    config::{CipherAlgorithm, Config, SecretList},
    crypto::{Cipher, Keyring, NoSecret, SecretLists, session_token},
    kernel::{Fault, Secret, Seed, Timestamp},
    store::{Settings as _, SettingsMut as _, Store},
};

/// Where the secret that development made for itself is kept.
const KEPT: &str = "dev.secret";

/// The keys of all secrets. With `--dev` and without a configured default secret, one is made once and kept
/// in the database, so that a restart and a separate courier read what was sealed before (product.md §5).
///
/// # Errors
/// The database cannot be reached, or there is no secret at all.
pub async fn keyring(config: &Config, store: &Store, now: Timestamp, seed: &Seed) -> Result<Keyring, Fault> {
    let secrets = &config.secrets;
    let default = match secrets.default() {
        SecretList::Given(given) => given.clone(),
        SecretList::Missing => vec![kept_secret(store, now, seed).await?],
    };
    let lists = SecretLists {
        default,
        cookie: secrets.cookie().given().to_vec(),
        cipher: secrets.cipher().given().to_vec(),
        pagination: secrets.pagination().given().to_vec(),
    };
    let cipher = match config.cipher {
        CipherAlgorithm::Aes => Cipher::Aes256Gcm,
        CipherAlgorithm::Noop | CipherAlgorithm::XChaCha20Poly1305 => Cipher::XChaCha20Poly1305,
    };
    Keyring::new(&lists, cipher).map_err(|none: NoSecret| Fault::doing("derive the keys", none))
}

async fn kept_secret(store: &Store, now: Timestamp, seed: &Seed) -> Result<Secret<String>, Fault> {
    let fresh = session_token(&mut seed.stream("development secret"));
    let kept = store.write(move |tx| {
        // Of two processes that start at once, both read what the first one put.
        let _put_or_there = tx.put_setting_if_absent(KEPT, &json!(fresh.expose()), now)?;
        tx.setting(KEPT)
    });
    match kept.await? {
        Some(Value::String(secret)) => Ok(Secret::new(secret)),
        _ => Err(Fault::doing("read the development secret", "the row does not hold a text")),
    }
}
