//! Adding an authenticator app, and taking it away (02 §4.7).

use super::picture::data_url;
use crate::{
    crypto::{Keyring, TotpKey},
    identity::{MethodId, Payload, SecretKind, Vault},
    kernel::{FlowId, Stream},
    method::{FormCx, Owned},
    schema::Schema,
    text,
    ui::{self, Group, Node, input},
};

/// The width and height of the picture.
const PIXELS: u32 = 256;

/// The fields of a settings form: the key and a place for a code of it, or a button that takes the app away.
pub fn settings_nodes(cx: &FormCx<'_>) -> Vec<Node> {
    let button = |name: &str, value: &str| input(name).group(Group::Totp).submit(value);
    if cx.held.totp {
        let unlink = button("totp_unlink", "true").required().label(text::settings::unlink_totp());
        return vec![unlink.build()];
    }
    let mut nodes = Vec::new();
    if let Some(key) = &cx.bench.totp {
        let picture = key.url().and_then(|url| data_url(&url, PIXELS)).unwrap_or_default();
        let label = text::settings::totp_picture();
        nodes.push(ui::image(Group::Totp, "totp_qr", picture, PIXELS, Some(label)));
        let secret = text::settings::totp_secret(key.base32().expose());
        let label = text::settings::totp_secret_label();
        nodes.push(ui::text(Group::Totp, "totp_secret_key", secret, Some(label)));
    }
    let code = input("totp_code").group(Group::Totp).required().label(text::label::authenticator_code());
    nodes.push(code.build());
    nodes.push(button("method", MethodId::Totp.wire_name()).label(text::label::save()).build());
    nodes
}

/// The keys that the app of a settings flow may have: the one that its form shows, then those of secrets that
/// were replaced while the form was open.
pub fn new_keys(keys: &Keyring, flow: FlowId, issuer: &str, account: &str) -> impl Iterator<Item = TotpKey> {
    let seeds = keys.flow_seeds(flow);
    seeds.map(move |seed| TotpKey::draw(&mut seed.stream("totp key"), issuer, account))
}

/// What to keep of a key.
pub fn payload(key: &TotpKey, vault: &Vault<'_>, stream: &mut Stream) -> Option<Payload> {
    let url = vault.seal(SecretKind::TotpUrl, &key.url()?, stream);
    Some(Payload::Totp { url, used_step: None })
}

/// What an app calls the account: what the schema says, or a login name.
pub fn account_name(schema: &Schema, account: &Owned) -> String {
    let named = schema.validate(&account.identity.traits).ok().and_then(|checked| checked.totp_account);
    let names = account.credentials.iter().flat_map(|credential| credential.names());
    named
        .filter(|name| !name.is_empty())
        .or_else(|| names.into_iter().next().cloned())
        .unwrap_or_else(|| account.identity.id.to_string())
}
