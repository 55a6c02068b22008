//! The transition table of changing one's account.

use std::time::Duration;

use super::{
    AnyFlow, Change, CodesOnShow, Effect, Flow, LoginHints, Machine as _, Note, Paused, Reach, SettingsEvent,
    SettingsState, Write, is_privileged,
    sample::{self, World, compare, head, rows},
    start_settings,
};
use crate::{
    crypto::Sealed,
    identity::{Identity, MethodId, Version},
    kernel::Secret,
    session::{Factor, SessionMethod},
    text,
};

/// What comes of a pair: `state | event | next | identity | effects | reply | notes`. The form says already
/// that the account was recovered.
const TABLE: &str = "
editing | harmless change        | saved   | replace | open-flow, audit:profile.changed | saved | 1050001
editing | harmless, old session  | saved   | replace | open-flow, audit:profile.changed | saved | 1050001
editing | protected change       | saved   | replace | put-credential, drop-credential, open-flow, audit:profile.changed | saved | 1050001
editing | protected, old session | editing | - | - | reauthenticate | 1060001
editing | new password           | saved   | replace | put-credential, open-flow, audit:credential.bound | saved | 1050001
editing | password, old session  | editing | - | - | reauthenticate | 1060001
editing | without a session      | illegal
editing | somebody else's session | illegal
editing | taken                  | editing | - | - | refused | 1060001, 4000007
editing | taken, with hints      | editing | - | - | refused | 1060001, 4000028
editing | refused traits         | editing | - | - | refused | 1060001, 4000002@traits.email
editing | refused password       | editing | - | - | refused | 4000032@password
editing | unreadable             | editing | - | - | refused | 1060001, 4000001
editing | unaddressed            | editing | - | - | refused | 1060001, 4010004
editing | session too old        | editing, paused | - | - | reauthenticate with a key | 1060001
editing | session too old, app   | editing | - | - | reauthenticate | 1060001
editing | expired                | editing | - | open-flow | expired | -
editing | new app | saved | replace | put-credential, raise, open-flow, audit:credential.bound | saved | 1050001
editing | app, old session | editing | - | - | reauthenticate | 1060001
editing | codes made | editing, made | - | - | advanced | -
editing | codes asked for | editing, held | - | - | advanced | -
editing | codes, old session | editing | - | - | reauthenticate | 1060001
editing | codes, somebody else | illegal
editing, paused | harmless change        | saved   | replace | open-flow, audit:profile.changed | saved | 1050001
editing, paused | harmless, old session  | saved   | replace | open-flow, audit:profile.changed | saved | 1050001
editing, paused | protected change       | saved   | replace | put-credential, drop-credential, open-flow, audit:profile.changed | saved | 1050001
editing, paused | protected, old session | editing | - | - | reauthenticate | 1060001
editing, paused | new password           | saved   | replace | put-credential, open-flow, audit:credential.bound | saved | 1050001
editing, paused | password, old session  | editing | - | - | reauthenticate | 1060001
editing, paused | without a session      | illegal
editing, paused | somebody else's session | illegal
editing, paused | taken                  | editing | - | - | refused | 1060001, 4000007
editing, paused | taken, with hints      | editing | - | - | refused | 1060001, 4000028
editing, paused | refused traits         | editing | - | - | refused | 1060001, 4000002@traits.email
editing, paused | refused password       | editing | - | - | refused | 4000032@password
editing, paused | unreadable             | editing | - | - | refused | 1060001, 4000001
editing, paused | unaddressed            | editing | - | - | refused | 1060001, 4010004
editing, paused | session too old        | editing, paused | - | - | reauthenticate with a key | 1060001
editing, paused | session too old, app   | editing | - | - | reauthenticate | 1060001
editing, paused | expired                | editing, paused | - | open-flow | expired | -
editing, paused | new app | saved | replace | put-credential, raise, open-flow, audit:credential.bound | saved | 1050001
editing, paused | app, old session | editing | - | - | reauthenticate | 1060001
editing, paused | codes made | editing, made | - | - | advanced | -
editing, paused | codes asked for | editing, held | - | - | advanced | -
editing, paused | codes, old session | editing | - | - | reauthenticate | 1060001
editing, paused | codes, somebody else | illegal
editing, held | harmless change | saved | replace | open-flow, audit:profile.changed | saved | 1050001
editing, held | harmless, old session | saved | replace | open-flow, audit:profile.changed | saved | 1050001
editing, held | protected change | saved | replace | put-credential, drop-credential, open-flow, audit:profile.changed | saved | 1050001
editing, held | protected, old session | editing, held | - | - | reauthenticate | 1060001
editing, held | new password | saved | replace | put-credential, open-flow, audit:credential.bound | saved | 1050001
editing, held | password, old session | editing, held | - | - | reauthenticate | 1060001
editing, held | new app | saved | replace | put-credential, raise, open-flow, audit:credential.bound | saved | 1050001
editing, held | app, old session | editing, held | - | - | reauthenticate | 1060001
editing, held | codes made | editing, made | - | - | advanced | -
editing, held | codes asked for | editing, held | - | - | advanced | -
editing, held | codes, old session | editing, held | - | - | reauthenticate | 1060001
editing, held | codes, somebody else | illegal
editing, held | without a session | illegal
editing, held | somebody else's session | illegal
editing, held | taken | editing, held | - | - | refused | 1060001, 4000007
editing, held | taken, with hints | editing, held | - | - | refused | 1060001, 4000028
editing, held | refused traits | editing, held | - | - | refused | 1060001, 4000002@traits.email
editing, held | refused password | editing, held | - | - | refused | 4000032@password
editing, held | unreadable | editing, held | - | - | refused | 1060001, 4000001
editing, held | unaddressed | editing, held | - | - | refused | 1060001, 4010004
editing, held | session too old | editing, paused, held | - | - | reauthenticate with a key | 1060001
editing, held | session too old, app | editing, held | - | - | reauthenticate | 1060001
editing, held | expired | editing, held | - | open-flow | expired | -
editing, made | harmless change | saved | replace | open-flow, audit:profile.changed | saved | 1050001
editing, made | harmless, old session | saved | replace | open-flow, audit:profile.changed | saved | 1050001
editing, made | protected change | saved | replace | put-credential, drop-credential, open-flow, audit:profile.changed | saved | 1050001
editing, made | protected, old session | editing, made | - | - | reauthenticate | 1060001
editing, made | new password | saved | replace | put-credential, open-flow, audit:credential.bound | saved | 1050001
editing, made | password, old session | editing, made | - | - | reauthenticate | 1060001
editing, made | new app | saved | replace | put-credential, raise, open-flow, audit:credential.bound | saved | 1050001
editing, made | app, old session | editing, made | - | - | reauthenticate | 1060001
editing, made | codes made | editing, made | - | - | advanced | -
editing, made | codes asked for | editing, held | - | - | advanced | -
editing, made | codes, old session | editing, made | - | - | reauthenticate | 1060001
editing, made | codes, somebody else | illegal
editing, made | without a session | illegal
editing, made | somebody else's session | illegal
editing, made | taken | editing, made | - | - | refused | 1060001, 4000007
editing, made | taken, with hints | editing, made | - | - | refused | 1060001, 4000028
editing, made | refused traits | editing, made | - | - | refused | 1060001, 4000002@traits.email
editing, made | refused password | editing, made | - | - | refused | 4000032@password
editing, made | unreadable | editing, made | - | - | refused | 1060001, 4000001
editing, made | unaddressed | editing, made | - | - | refused | 1060001, 4010004
editing, made | session too old | editing, paused, made | - | - | reauthenticate with a key | 1060001
editing, made | session too old, app | editing, made | - | - | reauthenticate | 1060001
editing, made | expired | editing, made | - | open-flow | expired | -
saved   | harmless change        | saved   | replace | open-flow, audit:profile.changed | saved | 1050001
saved   | harmless, old session  | saved   | replace | open-flow, audit:profile.changed | saved | 1050001
saved   | protected change       | saved   | replace | put-credential, drop-credential, open-flow, audit:profile.changed | saved | 1050001
saved   | protected, old session | editing | - | - | reauthenticate | 1060001
saved   | new password           | saved   | replace | put-credential, open-flow, audit:credential.bound | saved | 1050001
saved   | password, old session  | editing | - | - | reauthenticate | 1060001
saved   | without a session      | illegal
saved   | somebody else's session | illegal
saved   | taken                  | editing | - | - | refused | 1060001, 4000007
saved   | taken, with hints      | editing | - | - | refused | 1060001, 4000028
saved   | refused traits         | editing | - | - | refused | 1060001, 4000002@traits.email
saved   | refused password       | editing | - | - | refused | 4000032@password
saved   | unreadable             | editing | - | - | refused | 1060001, 4000001
saved   | unaddressed            | editing | - | - | refused | 1060001, 4010004
saved   | session too old        | editing, paused | - | - | reauthenticate with a key | 1060001
saved   | session too old, app   | editing | - | - | reauthenticate | 1060001
saved   | expired                | saved   | - | open-flow | expired | -
saved | new app | saved | replace | put-credential, raise, open-flow, audit:credential.bound | saved | 1050001
saved | app, old session | editing | - | - | reauthenticate | 1060001
saved | codes made | editing, made | - | - | advanced | -
saved | codes asked for | editing, held | - | - | advanced | -
saved | codes, old session | editing | - | - | reauthenticate | 1060001
saved | codes, somebody else | illegal
";

fn ada() -> Identity {
    sample::identity(&["ada@example.test"])
}

fn paused() -> Paused {
    Paused { body: Sealed::new("v1.x.y"), until: sample::now().plus(Duration::from_secs(900)) }
}

pub(super) fn states() -> [SettingsState; 5] {
    let identity = ada().id;
    [
        SettingsState::begin(identity),
        SettingsState::Editing { identity, paused: Some(paused()), codes: None },
        SettingsState::Editing { identity, paused: None, codes: Some(CodesOnShow::Held) },
        SettingsState::Editing { identity, paused: None, codes: Some(CodesOnShow::Made(Vec::new())) },
        SettingsState::Saved { identity, next: sample::id("next") },
    ]
}

pub(super) fn name(state: &SettingsState) -> String {
    // A new variant must be put into `states`, too.
    match state {
        SettingsState::Editing { paused, codes, .. } => {
            let paused = if paused.is_some() { ", paused" } else { "" };
            let codes = match codes {
                None => "",
                Some(CodesOnShow::Held) => ", held",
                Some(CodesOnShow::Made(_)) => ", made",
            };
            format!("editing{paused}{codes}")
        }
        SettingsState::Saved { .. } => "saved".to_owned(),
    }
}

/// A world whose session is this old, with a form that says something.
fn world(hours: u64) -> World {
    let mut session = sample::session(ada().id);
    session.authenticated_at = sample::now().minus(Duration::from_secs(3600 * hours));
    let mut world = World { session: Some(session), ..World::new() };
    world.head.notes = vec![Note::form(text::recovery::succeeded(sample::now()))];
    world
}

fn change(method: MethodId, reach: Reach) -> SettingsEvent {
    let identity = ada();
    let next = Flow { head: head("next"), state: SettingsState::begin(identity.id) };
    let (put, dropped) = match (method, reach) {
        (MethodId::Profile, Reach::Harmless) => (Vec::new(), Vec::new()),
        (MethodId::Profile, Reach::Protected) => (vec![sample::password(identity.id)], vec![MethodId::Code]),
        (_, Reach::Harmless | Reach::Protected) => (vec![sample::password(identity.id)], Vec::new()),
    };
    let next = Box::new(AnyFlow::Settings(next));
    let proves = (method == MethodId::Totp).then(|| Factor::second(SessionMethod::Totp));
    let (previous, credentials) = (identity.clone(), put.clone());
    let change = Change { method, previous, identity, put, dropped, credentials, proves, reach };
    SettingsEvent::Changed { change: Box::new(change), next }
}

fn events() -> Vec<(&'static str, World, SettingsEvent)> {
    use MethodId::{Password, Profile};
    let made = || SettingsEvent::CodesAsked(CodesOnShow::Made(Vec::new()));
    let stranger = || World { session: Some(sample::session(sample::id("somebody else"))), ..world(0) };
    let hints = Some(LoginHints {
        identifier: "eve@example.test".into(),
        methods: vec!["password"],
        providers: Vec::new(),
    });
    let missing = vec![Note::field("traits.email", text::validation::required("email"))];
    let short = vec![Note::field("password", text::validation::password_too_short(8, 3))];
    let unreadable = vec![Note::form(text::validation::generic("No."))];
    let pause = Some((paused(), Secret::text("key")));
    vec![
        ("harmless change", world(0), change(Profile, Reach::Harmless)),
        ("harmless, old session", world(2), change(Profile, Reach::Harmless)),
        ("protected change", world(0), change(Profile, Reach::Protected)),
        ("protected, old session", world(2), change(Profile, Reach::Protected)),
        ("new password", world(0), change(Password, Reach::Protected)),
        ("password, old session", world(2), change(Password, Reach::Protected)),
        ("new app", world(0), change(MethodId::Totp, Reach::Protected)),
        ("app, old session", world(2), change(MethodId::Totp, Reach::Protected)),
        ("codes made", world(0), made()),
        ("codes asked for", world(0), SettingsEvent::CodesAsked(CodesOnShow::Held)),
        ("codes, old session", world(2), SettingsEvent::CodesAsked(CodesOnShow::Held)),
        ("codes, somebody else", stranger(), SettingsEvent::CodesAsked(CodesOnShow::Held)),
        ("without a session", World { session: None, ..world(0) }, change(Profile, Reach::Harmless)),
        ("somebody else's session", stranger(), change(Profile, Reach::Harmless)),
        ("taken", world(0), SettingsEvent::IdentifierTaken { hints: None }),
        ("taken, with hints", world(0), SettingsEvent::IdentifierTaken { hints }),
        ("refused traits", world(0), SettingsEvent::Refused { by: Some(Profile), notes: missing }),
        ("refused password", world(0), SettingsEvent::Refused { by: Some(Password), notes: short }),
        ("unreadable", world(0), SettingsEvent::Refused { by: None, notes: unreadable }),
        ("unaddressed", world(0), SettingsEvent::Unaddressed),
        ("session too old", world(2), SettingsEvent::SessionTooOld { pause }),
        ("session too old, app", world(2), SettingsEvent::SessionTooOld { pause: None }),
        ("expired", world(0), SettingsEvent::Expired { replacement: sample::spare() }),
    ]
}

#[test]
fn transition_table() {
    compare(&rows(states(), events, name), TABLE);
}

#[test]
fn the_public_state_says_whether_something_was_saved() {
    assert_eq!(
        states().map(|state| state.wire_name()),
        ["show_form", "show_form", "show_form", "show_form", "success"]
    );
}

/// Whoever decides on the account meanwhile looks at the row of the identity alone.
#[test]
fn each_change_raises_the_version_of_the_identity() {
    for (method, reach) in [(MethodId::Profile, Reach::Harmless), (MethodId::Password, Reach::Protected)] {
        let [state, ..] = states();
        let made = state.on(change(method, reach), &world(0).cx()).unwrap();
        let subject = made.subject.unwrap();
        assert_eq!(subject.write, Write::Replace(ada().version));
        assert_eq!(subject.identity.version, ada().version.next());
    }
}

#[test]
fn a_message_is_said_once_and_success_is_not_repeated() {
    let mut world = world(0);
    world.head.notes = vec![
        Note::form(text::settings::saved()),
        Note::form(text::system::no_settings_method()),
        Note::field("traits.email", text::validation::required("email")),
    ];
    let [state, ..] = states();
    let made = state.on(SettingsEvent::Unaddressed, &world.cx()).unwrap();
    assert_eq!(sample::notes(&made.notes), "4010004");
}

#[test]
fn what_was_put_aside_waits_a_quarter_of_an_hour() {
    let [empty, waiting, _, _, saved] = states();
    let at = |seconds| sample::now().plus(Duration::from_secs(seconds));
    assert!(waiting.paused_at(at(899)).is_some());
    assert!(waiting.paused_at(at(900)).is_none());
    assert!(empty.paused_at(at(0)).is_none() && saved.paused_at(at(0)).is_none());
}

#[test]
fn a_limit_of_zero_frees_all_but_the_password() {
    let mut world = world(0);
    for (minutes, profile, password) in [(0, true, false), (1, true, true)] {
        world.policy.settings.privileged_for = Duration::from_secs(60 * minutes);
        let session = world.session.clone().unwrap();
        assert_eq!(is_privileged(&session, MethodId::Profile, &world.cx()), profile);
        assert_eq!(is_privileged(&session, MethodId::Password, &world.cx()), password);
    }
}

#[test]
fn after_a_recovery_settings_start_with_its_wish() {
    let mut world = World::new();
    let asked = "https://id.example.test/self-service/recovery?flow=x";
    let origin = |world: &World| {
        let AnyFlow::Settings(flow) = start_settings(ada().id, asked, &world.cx()) else {
            panic!("settings")
        };
        assert_eq!(sample::notes(&flow.head.notes), "1060001");
        assert_eq!((flow.head.client, flow.head.version), (world.head.client, Version::default()));
        flow.head.origin
    };
    assert_eq!(origin(&world).request_url, asked);
    world.head.origin.request_url =
        "https://id.example.test/open?return_to=https%3A%2F%2Fapp.test%2Fx".into();
    assert_eq!(origin(&world).request_url, format!("{asked}&return_to=https%3A%2F%2Fapp.test%2Fx"));
    assert_eq!(origin(&world).wish().as_deref(), Some("https://app.test/x"));
}

/// The same inputs give the same outputs, bit for bit.
#[test]
fn decisions_repeat() {
    for ((_, world, first), (_, _, second)) in events().into_iter().zip(events()) {
        let [first, second] = [first, second].map(|event| {
            let [state, ..] = states();
            format!("{:?}", state.on(event, &world.cx()))
        });
        assert_eq!(first, second);
    }
}

#[test]
fn what_is_saved_goes_on_with_the_flow_that_is_opened() {
    let [state, ..] = states();
    let made = state.on(change(MethodId::Profile, Reach::Harmless), &world(0).cx()).unwrap();
    let SettingsState::Saved { next, .. } = made.state else { panic!("saved") };
    let opened = made
        .effects
        .iter()
        .find_map(|effect| if let Effect::OpenFlow(flow) = effect { Some(flow.head().id) } else { None });
    assert_eq!(opened, Some(next));
}
