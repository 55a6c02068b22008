//! Steps that many tests begin with.

use std::time::Duration;

use serde_json::{Value, json};

use zelos::{
    identity::{Channel, Identity, IdentityState},
    store::{AddressPurpose, Identities as _, IdentitiesMut as _},
};

use super::{Client, Flow, Step, TestApp};

/// A password that will do.
pub const PASSWORD: &str = "correct horse battery";

impl Client<'_> {
    /// Signs somebody up in two steps.
    pub async fn sign_up(&self, email: &str) -> Step {
        let flow = self.open("registration").await;
        let fields = json!({ "method": "profile", "traits": { "email": email } });
        let chosen = self.submit(&flow, fields).await.form();
        self.submit(&chosen, account(email)).await
    }

    /// Logs in.
    pub async fn log_in(&self, email: &str, password: &str) -> Step {
        let flow = self.open("login").await;
        self.submit(&flow, credentials(email, password)).await
    }

    /// Names an address to a verification and gives the form that asks for the code.
    pub async fn ask_for_code(&self, email: &str) -> Flow {
        // Later than any letter before it.
        self.app.advance(Duration::from_secs(1));
        let flow = self.open("verification").await;
        self.submit(&flow, json!({ "method": "code", "email": email })).await.form()
    }
}

impl TestApp {
    /// The identity that has an address.
    pub async fn identity(&self, email: &str) -> Option<Identity> {
        let values = [email.to_owned()];
        let find = move |reader: &mut zelos::store::Reader<'_>| {
            reader.identity_by_address(AddressPurpose::Verifiable, Channel::Email, &values)
        };
        self.store.read(find).await.unwrap().map(|(_, identity)| identity)
    }

    /// Switches somebody off.
    pub async fn disable(&self, email: &str) {
        let mut identity = self.identity(email).await.unwrap();
        let read = identity.version;
        (identity.state, identity.version) = (IdentityState::Inactive, read.next());
        self.store.write(move |tx| tx.replace_identity(&identity, read)?.or_stale()).await.unwrap();
    }

    /// Whether an address was proven.
    pub async fn is_verified(&self, email: &str) -> bool {
        let identity = self.identity(email).await.unwrap();
        identity.verifiable_addresses.iter().any(|address| address.value == email && address.verified)
    }
}

/// The fields of a whole registration.
pub fn account(email: &str) -> Value {
    json!({ "method": "password", "password": PASSWORD, "traits": { "email": email } })
}

/// The fields of a login.
pub fn credentials(email: &str, password: &str) -> Value {
    json!({ "method": "password", "identifier": email, "password": password })
}
