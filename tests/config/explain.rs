//! Keys, explained.

use zelos::config::{Concern, Explained, KeyFacts, TakesEffect, Variable, explain, known_keys};

use crate::case::Case;

fn facts(case: &Case, key: &str) -> KeyFacts {
    match explain(case.request(), key) {
        Ok(Explained::Key(facts)) => *facts,
        other => panic!("{key}: {other:?}"),
    }
}

fn place(facts: &KeyFacts) -> String {
    facts.place.as_ref().map(ToString::to_string).unwrap_or_default()
}

#[test]
fn a_key_tells_what_it_is_and_where_that_comes_from() {
    let case = Case::on_minimal()
        .dev()
        .file("more.yml", "session:\n  lifespan: 1h\n")
        .env("SERVE_PUBLIC_PORT", "5001");
    let lifespan = facts(&case, "session.lifespan");
    assert_eq!((lifespan.value.as_deref(), lifespan.default.as_deref()), (Some("\"1h\""), Some("\"24h\"")));
    assert!(place(&lifespan).ends_with("more.yml:2"));
    assert!(lifespan.effect == TakesEffect::OnReload && lifespan.kind.contains("duration"));
    let port = facts(&case, "serve.public.port");
    assert_eq!(
        (port.value.as_deref(), place(&port).as_str()),
        (Some("5001"), "environment variable SERVE_PUBLIC_PORT")
    );
    assert_eq!(port.effect, TakesEffect::AtRestart);
    assert_eq!(port.effects.iter().map(|(_, concern, _)| *concern).collect::<Vec<_>>(), [Concern::Restart]);
    assert_eq!(port.variable, Some(Variable::Own("SERVE_PUBLIC_PORT".to_owned())));
    assert_eq!(place(&facts(&case, "dev")), "flag --dev");
    assert_eq!(place(&facts(&case, "log.level")), "default");
    assert_eq!(facts(&case, "cookies.domain").value, None);
}

#[test]
fn elements_variables_and_names_of_ones_own_are_understood() {
    let case = Case::new().fixture("full.yml");
    for (asked, path) in [
        ("identity.schemas[1].url", "identity.schemas.1.url"),
        ("identity.schemas.1.url", "identity.schemas.1.url"),
        ("IDENTITY_SCHEMAS_1_URL", "identity.schemas.1.url"),
        ("SESSION_LIFESPAN", "session.lifespan"),
        ("session.whoami.tokenizer.templates.web.ttl", "session.whoami.tokenizer.templates.web.ttl"),
        (
            "selfservice.flows.settings.after.profile.hooks.1.config.recipients",
            "selfservice.flows.settings.after.profile.hooks.1.config.recipients",
        ),
    ] {
        let facts = facts(&case, asked);
        assert_eq!(facts.path, path);
        assert!(facts.value.is_some() && facts.about.is_some(), "{asked}");
    }
    let secret = facts(&case, "secrets.default.0");
    assert_eq!(secret.value.as_deref(), Some("\"[redacted]\""));
    assert!(secret.effects.iter().any(|(_, concern, _)| *concern == Concern::LogsOut));
}

#[test]
fn the_beginning_of_keys_lists_them() {
    let Ok(Explained::Section { path, keys }) = explain(Case::new().request(), "selfservice.methods.code")
    else {
        panic!("it is a map of keys")
    };
    assert_eq!(path, "selfservice.methods.code");
    assert!(keys.iter().any(|(key, _)| key == "selfservice.methods.code.config.lifespan"));
    assert!(keys.iter().all(|(key, _)| key.starts_with("selfservice.methods.code.")));
}

#[test]
fn every_key_can_be_explained() {
    let case = Case::new();
    for key in known_keys() {
        let facts = facts(&case, &key.replace('*', "0"));
        assert!(facts.about.is_some() && !facts.kind.is_empty(), "{key}");
    }
}

#[test]
fn what_is_wrong_with_a_key_is_told() {
    let case = Case::on_minimal().dev().file("more.yml", "session: {lifespan: soon}\n");
    let lifespan = facts(&case, "session.lifespan");
    assert_eq!(lifespan.problems.len(), 1);
    assert!(lifespan.problems[0].contains("must be a duration"), "{}", lifespan.problems[0]);
}

#[test]
fn slips_are_answered_with_what_may_have_been_meant() {
    let nearest = |asked: &str| explain(Case::new().request(), asked).unwrap_err().nearest;
    assert_eq!(nearest("session.cookie.nme"), ["session.cookie.name"]);
    assert_eq!(nearest("serve.public.prot")[0], "serve.public.port");
    assert!(nearest("connection_url").contains(&"courier.smtp.connection_uri".to_owned()));
    assert_eq!(nearest("qwertyuiopasdfghjkl"), Vec::<String>::new());
}
