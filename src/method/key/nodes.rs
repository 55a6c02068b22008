//! What the fields of security keys and passkeys have in common.

use serde_json::Value;
use uuid::Uuid;

use crate::{
    identity::{HeldKey, MethodId},
    kernel::Timestamp,
    method::FormCx,
    text::Message,
    ui::{self, Group, InputBuilder, KEY_SCRIPT_PATH, Node, Trigger, input, key_script_integrity},
};

/// What a key is called whose owner gave it no name.
pub const UNNAMED: &str = "unnamed";

/// The script that pages with such fields load, in a browser.
pub fn script(cx: &FormCx<'_>) -> Option<Node> {
    let src = format!("{}{KEY_SCRIPT_PATH}", cx.policy.public_url);
    let nonce = Uuid::from_bytes(cx.asking.nonce()).to_string();
    let node =
        || ui::script(Group::Webauthn, "webauthn_script", src, key_script_integrity().to_owned(), nonce);
    cx.is_browser().then(node)
}

/// A button that calls the script without saying anything.
pub(super) fn bare_button(
    cx: &FormCx<'_>,
    group: Group,
    name: &str,
    trigger: Trigger,
    call: &str,
) -> InputBuilder {
    let call = cx.is_browser().then(|| format!("window.{call}()"));
    input(name).group(group).kind(ui::InputKind::Button).on_click(trigger, call)
}

/// A button that calls the script with options.
pub(super) fn button_with(name: &str, trigger: Trigger, call: &str, options: &Value) -> InputBuilder {
    let options = options.to_string();
    let call = format!("window.{call}({options})");
    input(name)
        .group(Group::Webauthn)
        .kind(ui::InputKind::Button)
        .value(options)
        .on_click(trigger, Some(call))
}

/// The buttons that take keys away.
pub(super) fn removals<'a>(
    cx: &FormCx<'a>,
    held: &'a [HeldKey],
    (name, group): (&'static str, Group),
    label: fn(&str, Timestamp) -> Message,
) -> impl Iterator<Item = Node> {
    let opened_at = cx.flow.head().issued_at;
    let is_last = ways_in(cx) < 2;
    held.iter().map(move |key| {
        let called = if key.name.is_empty() { UNNAMED } else { &key.name };
        let label = label(called, key.added_at.unwrap_or(opened_at));
        let button = input(name).group(group).submit(hex(&key.id.0)).label(label);
        let button = if is_last && key.is_passwordless { button.disabled() } else { button };
        button.build()
    })
}

/// How many ways in the account has that need no other one (02 §4.7).
fn ways_in(cx: &FormCx<'_>) -> usize {
    super::settings::ways_in(cx.policy, cx.held)
}

/// Bytes in hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The identifier as a hidden field, for who is known already.
pub(super) fn known_identifier(name: Option<&str>) -> Node {
    input("identifier").hidden().value(name.unwrap_or_default()).build()
}

/// The challenge of a method in this form.
pub(super) fn challenge(cx: &FormCx<'_>, method: MethodId) -> [u8; 32] {
    cx.asking.challenge(method)
}
