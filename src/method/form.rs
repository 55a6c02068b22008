//! What forms are made from.

use crate::{
    flow::{AnyFlow, Client, Policy},
    identity::Identity,
    schema::Schema,
    ui::{self, Node},
};

/// What the nodes of a form are a function of.
#[derive(Debug, Clone, Copy)]
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
}

impl FormCx<'_> {
    /// Whether a browser drives the flow.
    pub fn is_browser(&self) -> bool {
        self.flow.head().client == Client::Browser
    }
}

/// The anti-CSRF field. Native flows have it, too, with nothing in it (01 §1.4).
pub fn csrf(cx: &FormCx<'_>) -> Node {
    ui::csrf(cx.csrf)
}
