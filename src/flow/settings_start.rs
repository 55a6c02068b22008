//! Settings that another flow starts: whoever is back in their account goes on to set a new password.

use super::{AnyFlow, Cx, Draft, Flow, FlowKind, Head, Note, Origin, SettingsState, Social};
use crate::{
    identity::Version,
    kernel::{FlowId, IdentityId},
    text,
};

/// The settings that a recovery goes on with: of the same client, with the message that the person is back and
/// may change credentials for a while (02 §3.6). `asked` is the URL of the request that recovered the account.
///
/// The wish of the recovery goes along; without one the flow leads to where recoveries lead.
pub fn start(identity: IdentityId, asked: &str, cx: &Cx<'_>) -> AnyFlow {
    let settings = &cx.policy.settings;
    let wish = cx.flow.origin.wish();
    let wish = wish.as_deref().or_else(|| cx.policy.returns.configured(FlowKind::Recovery));
    let until = cx.now.plus(settings.privileged_for);
    let head = Head {
        id: FlowId::random(&mut cx.seed.stream("settings after recovery")),
        client: cx.flow.client,
        issued_at: cx.now,
        expires_at: cx.now.plus(settings.lifespan),
        origin: Origin { request_url: with_wish(asked, wish), ..Origin::default() },
        // The session binds it, not the browser.
        csrf: None,
        active: None,
        draft: Draft::default(),
        known: None,
        social: Social::default(),
        round: 0,
        notes: vec![Note::form(text::recovery::succeeded(until))],
        version: Version::default(),
        updated_at: cx.now,
    };
    AnyFlow::Settings(Flow { head, state: SettingsState::begin(identity) })
}

fn with_wish(asked: &str, wish: Option<&str>) -> String {
    match (url::Url::parse(asked), wish) {
        (Ok(mut url), Some(wish)) => {
            let rest: Vec<(String, String)> = url
                .query_pairs()
                .filter(|(key, _)| key != "return_to")
                .map(|(k, v)| (k.into(), v.into()))
                .collect();
            url.query_pairs_mut().clear().extend_pairs(rest).append_pair("return_to", wish);
            url.into()
        }
        (Ok(_) | Err(_), _) => asked.to_owned(),
    }
}
