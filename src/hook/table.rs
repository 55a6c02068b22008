//! Decisions before and after each hook.

use super::{Decision, HookName, Moment, Occasion, Recipients};
use crate::{
    crypto::TokenHash,
    flow::{
        Change, Client, ContinueWith, Effect, FactorCheck, FlowKind, LoginEvent, LoginState, Machine as _,
        NewAccount, Reach, RegistrationEvent, RegistrationState, SettingsEvent, SettingsState, Shown,
        Transition,
        sample::{self, World, compare},
    },
    identity::{AddressStatus, Channel, CheckedTraits, Identity, MethodId},
    kernel::{AddressId, Seed},
    outbox::Outgoing,
    session::{Factor, SessionMethod},
};

/// The row of the decision before a hook ends with `before`, that after it with `after`:
/// `case | hook | identity | effects | reply | notes | started | items`.
const TABLE: &str = "
login, proven           | before | require | issue, audit:login.succeeded | logged in | - | - | -
login, proven           | require_verified_address | require | issue, audit:login.succeeded | logged in | - | - | -
login, proven           | revoke_active_sessions | require | issue, audit:login.succeeded, revoke-others, audit:sessions.revoked | logged in | - | - | -
login, proven           | verification | replace | issue, audit:login.succeeded, open-flow, mint, verification_code_valid | logged in | - | started | -
login, proven           | show_verification_ui | require | issue, audit:login.succeeded | logged in | - | - | -
login, proven           | notify_previous_addresses | require | issue, audit:login.succeeded | logged in | - | - | -
login, proven           | verify_new_address | require | issue, audit:login.succeeded | logged in | - | - | -
login, proven           | session | require | issue, audit:login.succeeded | logged in | - | - | -
login, unproven         | before | require | issue, audit:login.succeeded | logged in | - | - | -
login, unproven         | require_verified_address | replace | open-flow, mint, verification_code_valid, audit:login.needs_verification | verify first | - | started | -
login, unproven         | revoke_active_sessions | require | issue, audit:login.succeeded, revoke-others, audit:sessions.revoked | logged in | - | - | -
login, unproven         | verification | replace | issue, audit:login.succeeded, open-flow, mint, verification_code_valid | logged in | - | started | -
login, unproven         | show_verification_ui | require | issue, audit:login.succeeded | logged in | - | - | -
login, unproven         | notify_previous_addresses | require | issue, audit:login.succeeded | logged in | - | - | -
login, unproven         | verify_new_address | require | issue, audit:login.succeeded | logged in | - | - | -
login, unproven         | session | require | issue, audit:login.succeeded | logged in | - | - | -
login, no address       | before | require | issue, audit:login.succeeded | logged in | - | - | -
login, no address       | require_verified_address | - | - | failed | - | - | -
login, no address       | revoke_active_sessions | require | issue, audit:login.succeeded, revoke-others, audit:sessions.revoked | logged in | - | - | -
login, no address       | verification | require | issue, audit:login.succeeded | logged in | - | - | -
login, no address       | show_verification_ui | require | issue, audit:login.succeeded | logged in | - | - | -
login, no address       | notify_previous_addresses | require | issue, audit:login.succeeded | logged in | - | - | -
login, no address       | verify_new_address | require | issue, audit:login.succeeded | logged in | - | - | -
login, no address       | session | require | issue, audit:login.succeeded | logged in | - | - | -
registration            | before | insert | put-credential, audit:identity.registered | registered | - | - | -
registration            | require_verified_address | insert | open-flow, mint, verification_code_valid, audit:login.needs_verification | verify first | - | started | -
registration            | revoke_active_sessions | insert | put-credential, audit:identity.registered | registered | - | - | -
registration            | verification | insert | put-credential, audit:identity.registered, open-flow, mint, verification_code_valid | registered | - | started | -
registration            | show_verification_ui | insert | put-credential, audit:identity.registered | registered | - | - | -
registration            | notify_previous_addresses | insert | put-credential, audit:identity.registered | registered | - | - | -
registration            | verify_new_address | insert | put-credential, audit:identity.registered | registered | - | - | -
registration            | session | insert | put-credential, audit:identity.registered, issue, audit:session.issued | registered and logged in | - | - | -
new address             | before | replace | open-flow, audit:profile.changed | saved | 1050001 | - | -
new address             | require_verified_address | replace | open-flow, mint, verification_code_valid, audit:login.needs_verification | verify first | 1050001 | started | -
new address             | revoke_active_sessions | replace | open-flow, audit:profile.changed, revoke-others, audit:sessions.revoked | saved | 1050001 | - | -
new address             | verification | replace | open-flow, audit:profile.changed, open-flow, mint, verification_code_valid | saved | 1050001 | started | -
new address             | show_verification_ui | replace | open-flow, audit:profile.changed | saved | 1050001 | - | -
new address             | notify_previous_addresses | replace | open-flow, audit:profile.changed, verifiable_address_changed | saved | 1050001 | - | -
new address             | verify_new_address | require | drop-pending-codes, open-flow, mint-pending, verification_code_valid, audit:address.change_requested | verify first | - | started | -
new address             | session | replace | open-flow, audit:profile.changed | saved | 1050001 | - | -
same addresses          | before | replace | open-flow, audit:profile.changed | saved | 1050001 | - | -
same addresses          | require_verified_address | replace | open-flow, mint, verification_code_valid, audit:login.needs_verification | verify first | 1050001 | started | -
same addresses          | revoke_active_sessions | replace | open-flow, audit:profile.changed, revoke-others, audit:sessions.revoked | saved | 1050001 | - | -
same addresses          | verification | replace | open-flow, audit:profile.changed | saved | 1050001 | - | -
same addresses          | show_verification_ui | replace | open-flow, audit:profile.changed | saved | 1050001 | - | -
same addresses          | notify_previous_addresses | replace | open-flow, audit:profile.changed | saved | 1050001 | - | -
same addresses          | verify_new_address | replace | open-flow, audit:profile.changed | saved | 1050001 | - | -
same addresses          | session | replace | open-flow, audit:profile.changed | saved | 1050001 | - | -
";

const BY_PASSWORD: Moment = Moment::After(FlowKind::Login, Some(MethodId::Password));
const CHANGED: Moment = Moment::After(FlowKind::Settings, Some(MethodId::Profile));
const SIGNED_UP: Moment = Moment::After(FlowKind::Registration, Some(MethodId::Password));

fn split<S>(made: Transition<S>) -> Decision {
    let Transition { subject, effects, reply, notes, .. } = made;
    Decision { subject, effects, reply, notes, started: None, vetoed: false }
}

fn login(identity: &Identity, world: &World) -> Decision {
    let shown = Shown::plain(identity.clone(), Factor::first(SessionMethod::Password));
    let check = FactorCheck::Match(Box::new(shown));
    let state = LoginState::AwaitingFactor { wanted: sample::WANTED };
    split(state.on(LoginEvent::FactorChecked(check), &world.cx()).unwrap())
}

fn registration(addresses: &[&str], world: &World) -> Decision {
    let identity = sample::identity(addresses);
    let credentials = vec![sample::password(identity.id)];
    let account = Box::new(NewAccount { identity, credentials });
    split(
        RegistrationState::AwaitingAll.on(RegistrationEvent::AccountCompleted(account), &world.cx()).unwrap(),
    )
}

/// Somebody gives this as their only address.
fn settings(previous: Identity, address: &str, world: &World) -> Decision {
    let checked = CheckedTraits {
        schema_id: "person".into(),
        verifiable: vec![(Channel::Email, address.to_owned())],
        ..CheckedTraits::default()
    };
    let mut identity = previous.clone();
    identity.set_traits(&checked, sample::now(), &mut Seed::new([4; 32]).stream("addresses"));
    let change = Change {
        method: MethodId::Profile,
        previous,
        put: Vec::new(),
        dropped: Vec::new(),
        credentials: Vec::new(),
        proves: None,
        reach: Reach::Protected,
        identity,
    };
    let state = SettingsState::begin(change.identity.id);
    let changed = SettingsEvent::Changed { change: Box::new(change), next: sample::spare() };
    split(state.on(changed, &world.cx()).unwrap())
}

fn unproven() -> Identity {
    sample::identity(&["ada@example.test"])
}

fn proven() -> Identity {
    let mut identity = sample::identity(&["ada@example.test", "more@example.test"]);
    let first: AddressId = identity.verifiable_addresses[0].id;
    identity.mark_verified(first, sample::now());
    identity
}

fn shape(hook: HookName, moment: Moment, world: &World, decision: Decision) -> Decision {
    let csrf = match world.head.client {
        Client::Browser => Some((TokenHash::new([1; 32]), TokenHash::new([2; 32]))),
        Client::Native => None,
    };
    hook.hook().shape(&Occasion { moment, cx: &world.cx(), csrf }, decision)
}

fn row(case: &str, hook: &str, mut decision: Decision) -> String {
    let started = if decision.started.is_some() { "started" } else { "-" };
    let items = match decision.continue_with().map(|items| items.len()) {
        None | Some(0) => "-".to_owned(),
        Some(n) => n.to_string(),
    };
    let written = sample::written(decision.subject.as_ref().map(|subject| subject.write));
    let (effects, reply) = (sample::effects(&decision.effects), sample::reply(&decision.reply));
    let notes = sample::notes(&decision.notes);
    format!("{case} | {hook} | {written} | {effects} | {reply} | {notes} | {started} | {items}")
}

#[test]
fn table_of_decisions_before_and_after_each_hook() {
    let world = World::new();
    let fresh = World { session: Some(sample::session(unproven().id)), ..World::new() };
    let mut written_to = unproven();
    let address = written_to.verifiable_addresses[0].id;
    written_to.mark_sent(address, sample::now());
    let cases: [(&str, Moment, &dyn Fn() -> Decision); 6] = [
        ("login, proven", BY_PASSWORD, &|| login(&proven(), &world)),
        ("login, unproven", BY_PASSWORD, &|| login(&unproven(), &world)),
        ("login, no address", BY_PASSWORD, &|| login(&sample::identity(&[]), &world)),
        ("registration", SIGNED_UP, &|| registration(&["ada@example.test"], &world)),
        ("new address", CHANGED, &|| settings(written_to.clone(), "new@example.test", &fresh)),
        ("same addresses", CHANGED, &|| settings(written_to.clone(), "ada@example.test", &fresh)),
    ];
    let mut rows = Vec::new();
    for (case, moment, before) in cases {
        rows.push(row(case, "before", before()));
        for hook in HookName::ALL {
            rows.push(row(case, hook.wire_name(), shape(hook, moment, &world, before())));
        }
    }
    compare(&rows, TABLE);
}

#[test]
fn a_started_verification_is_announced_once_and_apps_find_the_form_themselves() {
    for client in [Client::Browser, Client::Native] {
        let mut world = World::new();
        world.head.client = client;
        let mut decision = registration(&["ada@example.test"], &world);
        let announce = HookName::ShowVerificationUi;
        for hook in [HookName::Verification, announce, announce] {
            decision = shape(hook, SIGNED_UP, &world, decision);
        }
        let started = decision.started.clone().unwrap();
        let items = decision.continue_with().unwrap();
        let [ContinueWith::ShowVerificationUi { flow }] = items.as_slice() else { panic!("{items:?}") };
        assert_eq!((flow.id, flow.verifiable_address.as_str()), (started.flow, "ada@example.test"));
        let form = format!("https://ui.example.test/verification?flow={}", flow.id);
        assert_eq!(flow.url, (client == Client::Browser).then_some(form));
    }
}

#[test]
fn the_switch_of_old_starts_and_announces_one_verification_per_address() {
    let mut world = World::new();
    let both = ["ada@example.test", "more@example.test"];
    let opened = |decision: &Decision| {
        decision.effects.iter().filter(|effect| matches!(effect, Effect::OpenFlow(_))).count()
    };
    let one = shape(HookName::Verification, SIGNED_UP, &world, registration(&both, &world));
    assert_eq!(opened(&one), 1);
    world.policy.registration.legacy_continue_with = true;
    let mut each = shape(HookName::Verification, SIGNED_UP, &world, registration(&both, &world));
    assert_eq!((opened(&each), each.continue_with().unwrap().len()), (2, 2));
    let sent = |decision: &Decision| {
        let addresses = &decision.subject.as_ref().unwrap().identity.verifiable_addresses;
        addresses.iter().filter(|address| address.status == AddressStatus::Sent).count()
    };
    assert_eq!((sent(&one), sent(&each)), (1, 2));
}

#[test]
fn the_switch_of_old_refuses_a_password_on_the_form_and_lets_other_methods_in() {
    let mut world = World::new();
    world.policy.login.legacy_verified_error = true;
    let before = || login(&unproven(), &world);
    let hook = HookName::RequireVerifiedAddress;
    let refused = row("", "", shape(hook, BY_PASSWORD, &world, before()));
    assert_eq!(refused, " |  | - | - | refused | 4000010 | - | -");
    let by_code = Moment::After(FlowKind::Login, Some(MethodId::Code));
    assert_eq!(row("", "", shape(hook, by_code, &world, before())), row("", "", before()));
}

#[test]
fn who_is_told_of_a_change_of_addresses() {
    let mut previous = proven();
    previous.verifiable_addresses.truncate(2);
    let world = World { session: Some(sample::session(previous.id)), ..World::new() };
    for (recipients, expected) in [
        (Recipients::Removed, vec!["more@example.test"]),
        (Recipients::AllVerified, vec!["ada@example.test"]),
        (Recipients::All, vec!["ada@example.test", "more@example.test"]),
    ] {
        let hook = HookName::NotifyPreviousAddresses(recipients);
        let after = shape(hook, CHANGED, &world, settings(previous.clone(), "ada@example.test", &world));
        let told = after.effects.iter().filter_map(|effect| match effect {
            Effect::Enqueue(Outgoing::Letter(letter)) => Some(letter.to.as_str()),
            _ => None,
        });
        assert_eq!(told.collect::<Vec<_>>(), expected, "{recipients:?}");
    }
}

#[test]
fn new_addresses_are_proven_one_at_a_time() {
    let world = World { session: Some(sample::session(unproven().id)), ..World::new() };
    let mut decision = settings(unproven(), "new@example.test", &world);
    let mut subject = decision.subject.take().unwrap();
    let more = sample::identity(&["more@example.test"]).verifiable_addresses;
    subject.identity.verifiable_addresses.extend(more);
    decision.subject = Some(subject);
    let after = row("", "", shape(HookName::VerifyNewAddress, CHANGED, &world, decision));
    assert_eq!(after, " |  | - | - | refused | 4050002 | - | -");
}

#[test]
fn what_is_no_factor_opens_no_session() {
    let world = World::new();
    for method in [None, Some(MethodId::Profile), Some(MethodId::Link)] {
        let moment = Moment::After(FlowKind::Registration, method);
        let after = shape(HookName::Session, moment, &world, registration(&["ada@example.test"], &world));
        assert!(after.session().is_none(), "{method:?}");
    }
}
