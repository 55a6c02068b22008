//! Pins id, kind and context keys of every message: clients key on them, so a change here breaks clients.

use std::collections::HashSet;

use serde_json::Number;

use super::{
    Message, MessageKind, label, login, recovery, registration, settings, system, validation, verification,
};
use crate::kernel::Timestamp;

const EXPIRED: &[&str] = &["expired_at", "expired_at_unix"];
const ADDED: &[&str] = &["display_name", "added_at", "added_at_unix"];
const RECOVERED: &[&str] =
    &["privilegedSessionExpiresAt", "privileged_session_expires_at", "privileged_session_expires_at_unix"];

const LINKING: &[&str] = &[
    "duplicateIdentifier",
    "duplicate_identifier",
    "provider",
    "newLoginUrl",
    "new_login_url",
    "available_credential_types",
    "available_providers",
];
const LINK: login::LinkBanner<'_> = login::LinkBanner {
    identifier: "ada@example.test",
    provider: "Fake",
    login_url: "https://id.test/login",
    methods: &[],
    providers: &[],
};

fn all() -> Vec<(u32, &'static [&'static str], Message)> {
    [labels(), flows(), values(), credentials()].concat()
}

fn at() -> Timestamp {
    Timestamp::from_micros(1_700_000_000_000_000).unwrap()
}

fn labels() -> Vec<(u32, &'static [&'static str], Message)> {
    vec![
        (1_070_001, &[], label::password()),
        (1_070_002, &["title", "name"], label::from_schema("E-mail", "traits.email")),
        (1_070_003, &[], label::save()),
        (1_070_004, &[], label::identifier()),
        (1_070_006, &[], label::authenticator_code()),
        (1_070_007, &[], label::email()),
        (1_070_008, &[], label::resend_code()),
        (1_070_009, &[], label::proceed()),
        (1_070_010, &[], label::recovery_code()),
        (1_070_011, &[], label::verification_code()),
        (1_070_012, &[], label::registration_code()),
        (1_070_013, &[], label::login_code()),
        (1_070_016, &[], label::recovery_address()),
        (1_070_017, &[], label::phone()),
        (1_070_018, &[], label::email_or_phone()),
        (1_010_001, &[], login::sign_in()),
        (1_010_002, &["provider", "provider_id"], login::sign_in_with_provider("Fake", "fake")),
        (1_010_008, &[], login::use_security_key()),
        (1_010_013, &[], login::continue_with_key()),
        (1_010_015, &[], login::send_code()),
        (1_010_017, &[], login::sign_in_and_link()),
        (1_010_018, &["provider"], login::confirm_with_provider("Fake")),
        (1_010_021, &[], login::sign_in_with_passkey()),
        (1_010_022, &[], login::sign_in_with_password()),
        (1_040_001, &[], registration::sign_up()),
        (1_040_002, &["provider", "provider_id"], registration::sign_up_with_provider("Fake", "fake")),
        (1_040_003, &[], registration::continue_with_provider()),
        (1_040_004, &[], registration::sign_up_with_security_key()),
        (1_040_006, &[], registration::send_code()),
        (1_040_007, &[], registration::sign_up_with_passkey()),
        (1_040_008, &[], registration::back()),
        (1_050_002, &["provider"], settings::link_provider("Fake")),
        (1_050_003, &["provider"], settings::unlink_provider("Fake")),
        (1_050_012, &[], settings::add_security_key()),
        (1_050_013, &[], settings::security_key_name()),
        (1_050_018, ADDED, settings::remove_security_key("blue", at())),
        (1_050_019, &[], settings::add_passkey()),
        (1_050_020, ADDED, settings::remove_passkey("phone", at())),
        (1_060_007, &[], recovery::back()),
        (1_070_000, &[], recovery::masked_address("ad****@example.test")),
    ]
}

fn flows() -> Vec<(u32, &'static [&'static str], Message)> {
    let at = at();
    vec![
        (1_010_003, &[], login::confirm_identity()),
        (1_010_004, &[], login::second_factor_needed()),
        (1_010_012, &[], login::prepare_key()),
        (1_010_014, &[], login::code_sent()),
        (1_010_016, LINKING, login::link_account(&LINK)),
        (1_010_025, &[], login::code_sent_to_known_user()),
        (1_040_005, &[], registration::code_sent()),
        (1_040_009, &[], registration::choose_credential()),
        (1_050_001, &[], settings::saved()),
        (1_060_001, RECOVERED, recovery::succeeded(at)),
        (1_060_002, &[], recovery::link_sent_by_email()),
        (1_060_003, &[], recovery::code_sent_by_email()),
        (1_060_004, &["masked_address"], recovery::code_sent_to("ad****@example.test")),
        (1_060_005, &[], recovery::type_address_in_full()),
        (1_060_006, &[], recovery::choose_address()),
        (1_080_001, &[], verification::link_sent_by_email()),
        (1_080_002, &[], verification::email_verified()),
        (1_080_003, &[], verification::code_sent_by_email()),
        (1_080_004, &[], verification::code_sent_by_sms()),
        (1_080_005, &[], verification::phone_verified()),
        (4_010_001, EXPIRED, login::flow_expired(at)),
        (4_010_002, &[], login::no_method()),
        (4_010_003, &[], registration::no_method()),
        (4_010_004, &[], system::no_settings_method()),
        (4_010_005, &[], system::no_recovery_method()),
        (4_010_006, &[], verification::no_method()),
        (4_010_007, &[], login::already_completed()),
        (4_010_008, &[], login::code_invalid()),
        (4_010_009, &[], login::linked_credentials_mismatch()),
        (4_010_010, &[], login::address_unknown()),
        (4_010_011, &[], login::account_disabled()),
        (4_040_001, EXPIRED, registration::flow_expired(at)),
        (4_040_003, &[], registration::code_invalid()),
        (4_050_001, EXPIRED, settings::flow_expired(at)),
        (4_050_002, &[], settings::one_address_at_a_time()),
        (4_060_001, &[], recovery::already_completed()),
        (4_060_002, &[], recovery::failed()),
        (4_060_004, &[], recovery::link_invalid()),
        (4_060_005, EXPIRED, recovery::flow_expired(at)),
        (4_060_006, &[], recovery::code_invalid()),
        (4_070_001, &[], verification::link_invalid()),
        (4_070_002, &[], verification::already_completed()),
        (4_070_003, &[], verification::failed()),
        (4_070_004, &[], verification::link_incomplete()),
        (4_070_005, EXPIRED, verification::flow_expired(at)),
        (4_070_006, &[], verification::code_invalid()),
        (5_000_001, &["reason"], system::fault("Something went wrong.")),
    ]
}

fn values() -> Vec<(u32, &'static [&'static str], Message)> {
    let (one, two) = (|| Number::from(1), || Number::from(2));
    vec![
        (4_000_001, &["reason"], validation::generic("No such option.")),
        (4_000_002, &["property"], validation::required("email")),
        (4_000_003, &["min_length", "actual_length"], validation::too_short(2, 1)),
        (4_000_004, &["pattern"], validation::pattern("^a$")),
        (4_000_017, &["max_length", "actual_length"], validation::too_long(1, 2)),
        (4_000_018, &["minimum", "actual"], validation::minimum(two(), one())),
        (4_000_019, &["minimum", "actual"], validation::exclusive_minimum(two(), one())),
        (4_000_020, &["maximum", "actual"], validation::maximum(one(), two())),
        (4_000_021, &["maximum", "actual"], validation::exclusive_maximum(one(), two())),
        (4_000_022, &["base", "actual"], validation::multiple_of(two(), one())),
        (4_000_023, &["max_items", "actual_items"], validation::too_many_items(1, 2)),
        (4_000_024, &["min_items", "actual_items"], validation::too_few_items(2, 1)),
        (4_000_025, &["index_a", "index_b"], validation::duplicate_items(0, 1)),
        (4_000_026, &["allowed_types", "actual_type"], validation::wrong_type(&["array"], "string")),
        (4_000_029, &["expected"], validation::constant("true")),
        (4_000_030, &[], validation::constant_complex()),
        (4_000_040, &["value"], validation::email_invalid("nobody")),
        (4_000_041, &["value"], validation::phone_invalid("12")),
    ]
}

fn credentials() -> Vec<(u32, &'static [&'static str], Message)> {
    const HINTS: &[&str] =
        &["available_credential_types", "available_oidc_providers", "credential_identifier_hint"];
    vec![
        (4_000_005, &["reason"], validation::password_policy("It is too simple.")),
        (4_000_006, &[], validation::invalid_credentials()),
        (4_000_007, &[], validation::identifier_taken()),
        (4_000_008, &[], validation::totp_invalid()),
        (4_000_009, &[], validation::identifier_missing()),
        (4_000_010, &[], validation::address_not_verified()),
        (4_000_011, &[], validation::totp_missing()),
        (4_000_012, &[], validation::backup_code_used()),
        (4_000_013, &[], validation::security_key_missing()),
        (4_000_014, &[], validation::backup_codes_missing()),
        (4_000_015, &[], validation::security_key_unknown()),
        (4_000_016, &[], validation::backup_code_invalid()),
        (4_000_027, &[], validation::identifier_taken_sign_in_to_link()),
        (4_000_028, HINTS, validation::identifier_taken_with_hints(&["password"], &[], "ada")),
        (4_000_031, &[], validation::password_similar()),
        (4_000_032, &["min_length", "actual_length"], validation::password_too_short(8, 3)),
        (4_000_033, &["max_length", "actual_length"], validation::password_too_long(8, 9)),
        (4_000_034, &["breaches"], validation::password_breached(7)),
        (4_000_035, &[], validation::code_unknown()),
        (4_000_036, &[], validation::traits_changed()),
        (4_000_037, &[], validation::account_unknown()),
        (4_000_039, &[], validation::password_unchanged()),
        (4_000_043, &[], validation::assertion_invalid()),
    ]
}

#[test]
fn ids_kinds_and_contexts_are_those_of_the_contract() {
    let mut seen = HashSet::new();
    for (id, keys, message) in all() {
        assert_eq!(message.id, id);
        assert!(seen.insert(id), "{id} stands twice in the table");
        let kind = match id {
            1_050_001 | 1_060_001 | 1_080_002 | 1_080_005 => MessageKind::Success,
            4_000_000.. => MessageKind::Error,
            _ => MessageKind::Info,
        };
        assert_eq!(message.kind, kind, "{id}");
        let context = message.context.unwrap_or_default();
        assert_eq!(context.keys().map(String::as_str).collect::<Vec<_>>(), keys, "{id}");
        assert!(!message.text.is_empty(), "{id}");
    }
    assert_eq!(seen.len(), 128);
}

#[test]
fn errors_and_banners_are_whole_sentences() {
    for (id, _, message) in [flows(), values(), credentials()].concat() {
        let ends = ['.', '?', '!'].iter().any(|mark| message.text.ends_with(*mark)) || id == 4_000_004;
        assert!(ends, "{id} is not a sentence: {}", message.text);
    }
}

#[test]
fn texts_that_native_apps_look_for_read_as_they_expect() {
    assert!(login::sign_in_with_provider("Fake", "fake").text.contains("Sign in with Fake"));
    assert!(registration::sign_up_with_provider("Fake", "fake").text.contains("Sign up with Fake"));
    assert_eq!(registration::continue_with_provider().text, "Continue");
    assert_eq!(validation::generic("access_denied").text, "access_denied");
    let proceed = label::proceed();
    assert_eq!(proceed.text, "Continue");
    for (id, _, message) in all() {
        assert!(
            message.text != "Continue" || [1_040_003, 1_070_009].contains(&id),
            "{id} says Continue as well"
        );
    }
}

#[test]
fn a_point_in_time_stands_in_the_context_as_text_and_as_seconds() {
    let at = Timestamp::parse("2026-01-02T03:04:05Z").unwrap();
    insta::assert_json_snapshot!(verification::flow_expired(at), @r#"
    {
      "id": 4070005,
      "text": "This verification took too long. Please try again.",
      "type": "error",
      "context": {
        "expired_at": "2026-01-02T03:04:05Z",
        "expired_at_unix": 1767323045
      }
    }
    "#);
}
