//! What forms are made from.

use super::{key::Asking, lookup::CodesShown};
use crate::{
    crypto::TotpKey,
    flow::{AnyFlow, Client, Policy},
    identity::{Holdings, Identity, MethodId},
    schema::Schema,
    ui::{self, Node},
};

/// What the nodes of a form are a function of.
#[derive(Clone, Copy)]
pub struct FormCx<'a> {
    /// The flow.
    pub flow: &'a AnyFlow,
    /// What the operator decided.
    pub policy: &'a Policy,
    /// The schema of the identity that the flow is about.
    pub schema: &'a Schema,
    /// The masked anti-CSRF token for this answer; empty for native clients.
    pub csrf: &'a str,
    /// The code that a followed link brought.
    pub prefilled: Option<&'a str>,
    /// Where a finished verification leads to.
    pub onward: &'a str,
    /// Whose account a settings flow changes.
    pub owner: Option<&'a Identity>,
    /// What an account proves itself with: the one that a settings flow changes, or whose session a login
    /// confirms or raises.
    pub held: &'a Holdings,
    /// Secrets that the form shows.
    pub bench: &'a Bench,
    /// What the form asks authenticators.
    pub asking: &'a Asking,
}

/// Secrets that a form shows to the owner of an account, in clear.
#[derive(Default)]
pub struct Bench {
    /// The key of an authenticator app that can be added.
    pub totp: Option<TotpKey>,
    /// Backup codes.
    pub codes: Option<CodesShown>,
}

impl FormCx<'_> {
    /// Whether a second factor was submitted before, so that its field holds nothing any more.
    pub fn was_tried(&self, method: MethodId) -> bool {
        self.flow.head().draft.tried.contains(&method)
    }

    /// Whether a browser drives the flow.
    pub fn is_browser(&self) -> bool {
        self.flow.head().client == Client::Browser
    }
}

/// The anti-CSRF field. Native flows have it, too, with nothing in it (01 §1.4).
pub fn csrf(cx: &FormCx<'_>) -> Node {
    ui::csrf(cx.csrf)
}
