//! The transition table of social sign-in: what goes on at providers, in every flow that sends people there.

use super::{
    Away, Back, Change, Completion, Departure, LoginEvent, Machine as _, Note, Passage, Reach,
    RegistrationEvent, Reply, SettingsEvent, SettingsState, Social, login_table, registration_table,
    sample::{self, World, compare, rows},
    settings_table,
};
use crate::{
    crypto::Sealed,
    identity::{Aal, Credential, Identity, IdentityState, LinkedAccount, MethodId, Payload, ProviderTokens},
    kernel::{FlowId, IdentityId, Secret},
    session::{Factor, SessionMethod},
    text,
};

/// What comes of a pair: `state | event | next | identity | effects | reply | notes`.
const LOGIN: &str = "
identifier      | left                     | identifier | - | - | leave | -
identifier      | vouched                  | identifier | replace | put-credential, issue, audit:login.succeeded | logged in | -
identifier      | vouched, own session     | identifier | replace | put-credential, raise, audit:login.succeeded | confirmed | -
identifier      | vouched, other's session | identifier | replace | put-credential, issue, audit:login.succeeded | logged in | -
identifier      | vouched, disabled        | identifier | - | - | refused | 4010011
identified 2 pc | left                     | identified 2 pc | - | - | leave | -
identified 2 pc | vouched                  | identified 2 pc | replace | put-credential, issue, audit:login.succeeded | logged in | -
identified 2 pc | vouched, own session     | identified 2 pc | replace | put-credential, raise, audit:login.succeeded | confirmed | -
identified 2 pc | vouched, other's session | identified 2 pc | replace | put-credential, issue, audit:login.succeeded | logged in | -
identified 2 pc | vouched, disabled        | identified 2 pc | - | - | refused | 4010011
factor          | left                     | factor | - | - | leave | -
factor          | vouched                  | in | replace | put-credential, issue, audit:login.succeeded | logged in | -
factor          | vouched, own session     | in | replace | put-credential, raise, audit:login.succeeded | confirmed | -
factor          | vouched, other's session | in | replace | put-credential, issue, audit:login.succeeded | logged in | -
factor          | vouched, disabled        | factor | - | - | refused | 4010011
code 0          | left                     | code 0 | - | - | leave | -
code 0          | vouched                  | code 0 | replace | put-credential, issue, audit:login.succeeded | logged in | -
code 0          | vouched, own session     | code 0 | replace | put-credential, raise, audit:login.succeeded | confirmed | -
code 0          | vouched, other's session | code 0 | replace | put-credential, issue, audit:login.succeeded | logged in | -
code 0          | vouched, disabled        | code 0 | - | - | refused | 4010011
code 5          | left                     | code 5 | - | - | leave | -
code 5          | vouched                  | code 5 | replace | put-credential, issue, audit:login.succeeded | logged in | -
code 5          | vouched, own session     | code 5 | replace | put-credential, raise, audit:login.succeeded | confirmed | -
code 5          | vouched, other's session | code 5 | replace | put-credential, issue, audit:login.succeeded | logged in | -
code 5          | vouched, disabled        | code 5 | - | - | refused | 4010011
passed 1        | left                     | passed 1 | - | - | leave | -
passed 1        | vouched                  | passed 1 | replace | put-credential, issue, audit:login.succeeded | logged in | -
passed 1        | vouched, own session     | passed 1 | replace | put-credential, raise, audit:login.succeeded | confirmed | -
passed 1        | vouched, other's session | passed 1 | replace | put-credential, issue, audit:login.succeeded | logged in | -
passed 1        | vouched, disabled        | passed 1 | - | - | refused | 4010011
key 2 own        | left                     | key 2 own | - | - | leave | -
key 2 own        | vouched                  | key 2 own | replace | put-credential, issue, audit:login.succeeded | logged in | -
key 2 own        | vouched, own session     | key 2 own | replace | put-credential, raise, audit:login.succeeded | confirmed | -
key 2 own        | vouched, other's session | key 2 own | replace | put-credential, issue, audit:login.succeeded | logged in | -
key 2 own        | vouched, disabled        | key 2 own | - | - | refused | 4010011
in              | left                     | in | - | - | leave | -
in              | vouched                  | in | replace | put-credential, issue, audit:login.succeeded | logged in | -
in              | vouched, own session     | in | replace | put-credential, raise, audit:login.succeeded | confirmed | -
in              | vouched, other's session | in | replace | put-credential, issue, audit:login.succeeded | logged in | -
in              | vouched, disabled        | in | - | - | refused | 4010011
";
const REGISTRATION: &str = "
profile 0      | left            | profile 0 | - | - | leave | -
profile 0      | told too little | vouched fake 0 | - | - | refused | 4000002@traits.email
credential 2   | left            | credential 2 | - | - | leave | -
credential 2   | told too little | vouched fake 2 | - | - | refused | 4000002@traits.email
all            | left            | all | - | - | leave | -
all            | told too little | vouched fake 0 | - | - | refused | 4000002@traits.email
vouched fake 2 | left            | vouched fake 2 | - | - | leave | -
vouched fake 2 | told too little | vouched fake 2 | - | - | refused | 4000002@traits.email
code 0         | left            | code 0 | - | - | leave | -
code 0         | told too little | vouched fake 0 | - | - | refused | 4000002@traits.email
code 5         | left            | code 5 | - | - | leave | -
code 5         | told too little | vouched fake 5 | - | - | refused | 4000002@traits.email
passed 1       | left            | passed 1 | - | - | leave | -
passed 1       | told too little | vouched fake 1 | - | - | refused | 4000002@traits.email
";
const SETTINGS: &str = "
editing         | left     | editing | - | - | leave | -
editing         | linked   | saved | replace | put-credential, raise, open-flow, audit:credential.bound | saved | 1050001
editing         | unlinked | saved | replace | put-credential, open-flow, audit:credential.bound | saved | 1050001
editing, paused | left     | editing | - | - | leave | -
editing, paused | linked   | saved | replace | put-credential, raise, open-flow, audit:credential.bound | saved | 1050001
editing, paused | unlinked | saved | replace | put-credential, open-flow, audit:credential.bound | saved | 1050001
editing, held   | left     | editing, held | - | - | leave | -
editing, held   | linked   | saved | replace | put-credential, raise, open-flow, audit:credential.bound | saved | 1050001
editing, held   | unlinked | saved | replace | put-credential, open-flow, audit:credential.bound | saved | 1050001
editing, made   | left     | editing, made | - | - | leave | -
editing, made   | linked   | saved | replace | put-credential, raise, open-flow, audit:credential.bound | saved | 1050001
editing, made   | unlinked | saved | replace | put-credential, open-flow, audit:credential.bound | saved | 1050001
saved           | left     | editing | - | - | leave | -
saved           | linked   | saved | replace | put-credential, raise, open-flow, audit:credential.bound | saved | 1050001
saved           | unlinked | saved | replace | put-credential, open-flow, audit:credential.bound | saved | 1050001
";

fn ada() -> Identity {
    sample::identity(&["ada@example.test"])
}

fn departure() -> Box<Departure> {
    let trip: FlowId = sample::id("trip");
    let away = Away {
        trip: trip.as_uuid(),
        provider: "fake".to_owned(),
        key: None,
        baggage: Sealed::new("v1.x.y"),
        until: sample::now(),
    };
    Box::new(Departure { away, url: "https://fake.test".to_owned(), key: Some(Secret::text("key")) })
}

/// A world in which somebody has just come back from a provider.
fn back(aal: Aal, session: Option<IdentityId>) -> World {
    let mut world = World { session: session.map(sample::session), ..World::new() };
    let back = Back { provider: "fake".to_owned(), aal, by: Passage::Browser };
    world.head.social = Social { back: Some(back), ..Social::default() };
    world
}

fn linked(owner: IdentityId) -> Credential {
    let account = LinkedAccount {
        provider: "fake".to_owned(),
        subject: "1".to_owned(),
        tokens: ProviderTokens { id: None, access: None, refresh: None },
        organization: None,
        use_auto_link: false,
    };
    let payload = Payload::Oidc { accounts: vec![account] };
    Credential { payload, identifiers: vec!["fake:1".to_owned()], ..sample::password(owner) }
}

fn change() -> Change {
    let identity = ada();
    Change {
        method: MethodId::Oidc,
        previous: identity.clone(),
        put: vec![linked(identity.id)],
        credentials: vec![linked(identity.id)],
        proves: None,
        identity,
        dropped: Vec::new(),
        reach: Reach::Protected,
    }
}

fn login_events() -> Vec<(&'static str, World, LoginEvent)> {
    let vouched = |change: Change, world: &World| LoginEvent::Vouched {
        change: Box::new(change),
        factor: world.head.social.back.as_ref().map(Back::factor).unwrap(),
    };
    let event = |name, world: World, change| {
        let event = vouched(change, &world);
        (name, world, event)
    };
    let identity = Identity { state: IdentityState::Inactive, ..ada() };
    let disabled = Change { identity, ..change() };
    let stranger = sample::id("somebody else");
    vec![
        ("left", World::new(), LoginEvent::Left(departure())),
        event("vouched", back(Aal::Aal1, None), change()),
        event("vouched, own session", back(Aal::Aal1, Some(ada().id)), change()),
        event("vouched, other's session", back(Aal::Aal1, Some(stranger)), change()),
        event("vouched, disabled", back(Aal::Aal1, None), disabled),
    ]
}

fn registration_events() -> Vec<(&'static str, World, RegistrationEvent)> {
    let notes = vec![Note::field("traits.email", text::validation::required("email"))];
    let too_little = RegistrationEvent::ToldTooLittle { provider: "fake".to_owned(), notes };
    vec![
        ("left", World::new(), RegistrationEvent::Left(departure())),
        ("told too little", back(Aal::Aal1, None), too_little),
    ]
}

fn settings_events() -> Vec<(&'static str, World, SettingsEvent)> {
    let changed = |proves| {
        let change = Change { proves, ..change() };
        SettingsEvent::Changed { change: Box::new(change), next: sample::spare() }
    };
    let factor = Factor { provider: Some("fake".to_owned()), ..Factor::first(SessionMethod::Oidc) };
    let unlinking = World { session: Some(sample::session(ada().id)), ..World::new() };
    vec![
        ("left", World::new(), SettingsEvent::Left(departure())),
        ("linked", back(Aal::Aal2, Some(ada().id)), changed(Some(factor))),
        ("unlinked", unlinking, changed(None)),
    ]
}

#[test]
fn transition_table_of_login() {
    compare(&rows(login_table::states(), login_events, login_table::name), LOGIN);
}

#[test]
fn transition_table_of_registration() {
    let decided = rows(registration_table::states(), registration_events, registration_table::name);
    compare(&decided, REGISTRATION);
}

#[test]
fn transition_table_of_settings() {
    compare(&rows(settings_table::states(), settings_events, settings_table::name), SETTINGS);
}

/// A sign-in counts for what the provider vouches for, and says which one it was.
#[test]
fn sessions_say_who_vouched() {
    for aal in [Aal::Aal1, Aal::Aal2] {
        let world = back(aal, None);
        let factor = world.head.social.back.as_ref().map(Back::factor).unwrap();
        let event = LoginEvent::Vouched { change: Box::new(change()), factor };
        let made = login_table::states().remove(0).on(event, &world.cx()).unwrap();
        let Reply::Done(completion) = made.reply else { panic!("done") };
        let [shown] = completion.session().unwrap().methods.as_slice() else { panic!("one method") };
        assert_eq!((shown.method, shown.aal), (SessionMethod::Oidc, aal));
        assert_eq!(shown.provider.as_deref(), Some("fake"));
    }
}

/// Linking shows who one is at the provider, and does not sign in anew.
#[test]
fn a_session_says_what_was_linked_in_it() {
    let state = settings_table::states().into_iter().next().unwrap();
    let made = state.on(settings_events().remove(1).2, &back(Aal::Aal2, Some(ada().id)).cx()).unwrap();
    let Reply::Done(completion) = made.reply else { panic!("done") };
    let Completion::Saved { session, .. } = *completion else { panic!("saved") };
    assert_eq!((session.aal(), session.methods.len()), (Aal::Aal1, 2));
    assert_eq!(session.authenticated_at, sample::session(ada().id).authenticated_at);
}

/// The flow stays as it is; only what was put aside for another sign-in goes.
#[test]
fn leaving_changes_nothing() {
    for state in login_table::states() {
        let left = state.clone().on(LoginEvent::Left(departure()), &World::new().cx()).unwrap();
        assert!(left.effects.is_empty() && left.subject.is_none());
        assert_eq!(left.state, state);
    }
    for state in settings_table::states() {
        let left = state.on(SettingsEvent::Left(departure()), &World::new().cx()).unwrap();
        assert!(matches!(left.state, SettingsState::Editing { paused: None, .. }));
    }
}
