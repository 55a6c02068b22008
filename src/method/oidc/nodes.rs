//! The buttons of providers (01 §14.1, 02 §4.7).

use crate::{
    flow::{AnyFlow, LoginState, ProviderOffer},
    method::{FormCx, csrf},
    text::{self, Message},
    ui::{Group, InputKind, Node, input},
};

/// The buttons of a login form: of all providers, or of those that the account is known to be linked to.
pub fn login_nodes(cx: &FormCx<'_>) -> Vec<Node> {
    let AnyFlow::Login(flow) = cx.flow else { return Vec::new() };
    let linked: Option<Vec<&str>> = match &flow.state {
        LoginState::Identified { linked, .. } => {
            linked.as_ref().map(|linked| linked.iter().map(String::as_str).collect())
        }
        state if state.wanted().refresh => Some(held(cx)),
        LoginState::AwaitingIdentifier { .. }
        | LoginState::AwaitingFactor { .. }
        | LoginState::AwaitingKey { .. }
        | LoginState::AwaitingCode { .. }
        | LoginState::CodePassed { .. }
        | LoginState::Authenticated { .. } => None,
    };
    let link = flow.head.social.link.as_deref();
    let offered = offers(cx).filter(|offer| {
        // Whoever came from a provider to link it signs in by something else (01 §15.2).
        let away = link.is_some_and(|link| link.provider == offer.id);
        let hinted = link.is_none_or(|link| link.offers(&offer.id));
        !away && hinted && linked.as_ref().is_none_or(|linked| linked.contains(&offer.id.as_str()))
    });
    let label = |offer: &ProviderOffer| match link {
        Some(_) => text::login::confirm_with_provider(&offer.label),
        None => text::login::sign_in_with_provider(&offer.label, &offer.id),
    };
    with_csrf(cx, offered.map(|offer| button("provider", offer, label(offer))).collect())
}

/// The buttons of a registration form.
pub fn signup_nodes(cx: &FormCx<'_>) -> Vec<Node> {
    let label = |offer: &ProviderOffer| text::registration::sign_up_with_provider(&offer.label, &offer.id);
    with_csrf(cx, offers(cx).map(|offer| button("provider", offer, label(offer))).collect())
}

/// The fields of a registration that goes on with a provider who told too little (01 §14.3).
pub fn vouched_nodes(cx: &FormCx<'_>, provider: &str) -> Vec<Node> {
    let AnyFlow::Registration(flow) = cx.flow else { return Vec::new() };
    let go_on = input("provider").group(Group::Oidc).kind(InputKind::Submit).value(provider);
    let mut nodes = vec![csrf(cx), go_on.label(text::registration::continue_with_provider()).build()];
    let group = if cx.policy.oidc.legacy_group { Group::Oidc } else { Group::Default };
    nodes.extend(cx.schema.field_nodes(group, &flow.head.draft.traits));
    nodes
}

/// The buttons that link and unlink providers; the last way into an account cannot be unlinked.
pub fn settings_nodes(cx: &FormCx<'_>) -> Vec<Node> {
    let held = held(cx);
    let (there, missing): (Vec<_>, Vec<_>) = offers(cx).partition(|offer| held.contains(&offer.id.as_str()));
    let link = |offer: &ProviderOffer| button("link", offer, text::settings::link_provider(&offer.label));
    let unlink =
        |offer: &ProviderOffer| button("unlink", offer, text::settings::unlink_provider(&offer.label));
    let mut nodes: Vec<Node> = missing.into_iter().map(link).collect();
    if cx.held.ways_in(cx.policy.code.passwordless) > 1 {
        nodes.extend(there.into_iter().map(unlink));
    }
    nodes
}

/// The providers that the account is linked to, apart from those that an organization manages.
fn held<'a>(cx: &FormCx<'a>) -> Vec<&'a str> {
    let own = cx.held.providers.iter().filter(|held| !held.is_managed);
    own.map(|held| held.provider.as_str()).collect()
}

/// The providers that everybody sees.
fn offers<'a>(cx: &FormCx<'a>) -> impl Iterator<Item = &'a ProviderOffer> + use<'a> {
    let oidc = &cx.policy.oidc;
    oidc.offers.iter().filter(|offer| oidc.enabled && !offer.is_reserved)
}

fn with_csrf(cx: &FormCx<'_>, mut buttons: Vec<Node>) -> Vec<Node> {
    if !buttons.is_empty() {
        buttons.push(csrf(cx));
    }
    buttons
}

fn button(name: &str, offer: &ProviderOffer, label: Message) -> Node {
    let button = input(name).group(Group::Oidc).kind(InputKind::Submit).value(offer.id.as_str());
    button.label(label).build()
}
