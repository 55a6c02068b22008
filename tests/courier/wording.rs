//! What people read: every built-in text, and what operators may put in its place.

use serde_json::json;
use zelos::{
    courier::{Mail, Override, OverrideFile, Overrides, Part, Rendered, TemplateProblem, Templates},
    outbox::{Letter, TemplateType},
};

use crate::letters::{CODE, letter, text_message, text_message_of};

fn built_in() -> Templates {
    Templates::compile(&Overrides::default()).unwrap()
}

fn mail(templates: &Templates, letter: &Letter) -> Mail {
    match templates.render(letter).unwrap() {
        Rendered::Mail(mail) => mail,
        Rendered::Sms(_) => panic!("a letter by mail became a text message"),
    }
}

fn source(part: Part, text: &str) -> Override {
    let template = TemplateType::VerificationCodeValid;
    Override {
        template,
        part,
        source_name: "courier.templates.x".to_owned(),
        text: text.to_owned(),
        lines: Vec::new(),
    }
}

fn file(stem: &str, text: &str) -> OverrideFile {
    let template = TemplateType::VerificationCodeValid;
    let (stem, text) = (stem.to_owned(), text.to_owned());
    OverrideFile { template, source_name: format!("mails/{stem}.hbs"), stem, text, lines: Vec::new() }
}

fn files(files: &[(&str, &str)]) -> Overrides {
    Overrides { files: files.iter().map(|(stem, text)| file(stem, text)).collect(), ..Overrides::default() }
}

fn subject(overrides: &Overrides, letter: &Letter) -> String {
    mail(&Templates::compile(overrides).unwrap(), letter).subject
}

fn problems(overrides: &Overrides) -> Vec<TemplateProblem> {
    Templates::compile(overrides).unwrap_err()
}

#[test]
fn golden_mails() {
    let templates = built_in();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../golden/mails");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for template in TemplateType::ALL {
            let Mail { subject, text, html } = mail(&templates, &letter(template));
            let shown = format!("Subject: {subject}\n\n{text}\n--- html ---\n{}", html.unwrap());
            insta::assert_snapshot!(template.wire_name(), shown);
        }
        insta::assert_snapshot!("sms", templates.render(&text_message()).unwrap().text());
        for template in TemplateType::ALL.into_iter().filter(|template| has_sms(*template)) {
            let sms = templates.render(&text_message_of(template)).unwrap();
            insta::assert_snapshot!(format!("sms_{}", template.wire_name()), sms.text());
        }
    });
}

#[test]
fn pages_are_what_mail_clients_show() {
    for template in TemplateType::ALL {
        let html = mail(&built_in(), &letter(template)).html.unwrap();
        for part in ["color-scheme", "prefers-color-scheme: dark", "role=\"presentation\"", "lang=\"en\""] {
            assert!(html.contains(part), "{}: {part}", template.wire_name());
        }
        // Nothing that is fetched, run or clipped; no colours with digits that look like a code.
        for part in ["<img", "<script", "<link", "src=", "url(", "@import", "#"] {
            let html = html.replace("&#39;", "'");
            assert!(!html.contains(part), "{}: {part}", template.wire_name());
        }
        assert!(html.len() < 20_000, "{}", template.wire_name());
    }
}

/// Whether there is a text message of it, besides the one for a verification by code; what is sent to unknown addresses and links are not.
fn has_sms(template: TemplateType) -> bool {
    let name = template.wire_name();
    !name.ends_with("_invalid")
        && !matches!(name, "verification_valid" | "recovery_valid" | "verification_code_valid")
}

/// The templates of letters that carry a code.
const WITH_A_CODE: [TemplateType; 4] = [
    TemplateType::VerificationCodeValid,
    TemplateType::RecoveryCodeValid,
    TemplateType::LoginCodeValid,
    TemplateType::RegistrationCodeValid,
];

/// The first run of exactly six digits, which is what people's tests look for.
fn first_six_digits(text: &str) -> Option<&str> {
    text.split(|char: char| !char.is_ascii_digit()).find(|run| run.len() >= 6).map(|run| &run[..6])
}

#[test]
fn the_code_is_the_first_number_that_looks_like_one() {
    for template in WITH_A_CODE {
        let Mail { subject, text, html } = mail(&built_in(), &letter(template));
        for part in [&subject, &text, html.as_ref().unwrap()] {
            assert_eq!(first_six_digits(part), Some(CODE), "{part}");
        }
        for part in [&text, html.as_ref().unwrap()] {
            assert!(part.lines().any(|line| line == CODE), "the code stands alone on a line: {part}");
        }
    }
    for template in WITH_A_CODE {
        let sms = built_in().render(&text_message_of(template)).unwrap();
        assert_eq!(sms.text().lines().last(), Some("@auth.example.com #482915"));
        assert_eq!(first_six_digits(sms.text()), Some(CODE));
    }
}

#[test]
fn html_is_escaped_and_links_stay_links() {
    let overrides = files(&[("email.body", "{{TransientPayload.x}} <a href=\"{{VerificationURL}}\">")]);
    let mut letter = letter(TemplateType::VerificationCodeValid);
    letter.transient_payload.insert("x".to_owned(), json!("<script>'\"&=`"));
    let html = mail(&Templates::compile(&overrides).unwrap(), &letter).html.unwrap();
    assert!(
        html.starts_with("&lt;script&gt;&#39;&quot;&amp;=` <a href=\"https://auth.example.com/"),
        "{html}"
    );
    assert!(html.contains("?flow=1b4e28ba-2fa1-4d2b-883f-001652379314&amp;code=482915\""), "{html}");
}

#[test]
fn subjects_are_one_line() {
    let overrides = files(&[("email.subject", "\n  {{TransientPayload.x}}\r\nX: 1 & <y>  \n")]);
    let mut letter = letter(TemplateType::VerificationCodeValid);
    letter.transient_payload.insert("x".to_owned(), json!("a\r\nBcc: b@c.example\u{0}"));
    assert_eq!(subject(&overrides, &letter), "a Bcc: b@c.example X: 1 & <y>");
}

#[test]
fn a_source_beats_a_file_beats_the_built_in_text() {
    let letter = letter(TemplateType::VerificationCodeValid);
    let mut overrides = files(&[("email.subject", "file"), ("email.subject.de", "Datei")]);
    assert_eq!(subject(&overrides, &letter), "file");
    overrides.sources.push(source(Part::Subject, "source"));
    assert_eq!(subject(&overrides, &letter), "source");
    let mail = mail(&Templates::compile(&overrides).unwrap(), &letter);
    assert!(mail.text.contains("Confirm your e-mail address"), "the other parts stay built in");
}

#[test]
fn partials_and_languages() {
    let overrides = files(&[
        ("email.subject", "{{#if (eq Identity.traits.name 'Ada')}}{{> email.subject.x}}{{else}}other{{/if}}"),
        ("email.subject.x", "for {{Identity.traits.name}} {{Traits.nothing.at.all}}"),
        ("email.subject.de", "Ihr Code {{VerificationCode}}"),
    ]);
    let mut letter = letter(TemplateType::VerificationCodeValid);
    assert_eq!(subject(&overrides, &letter), "for Ada");
    letter.request_headers.insert("Accept-Language".to_owned(), json!("fr, de-AT;q=0.8"));
    assert_eq!(subject(&overrides, &letter), "Ihr Code 482915");
    letter.transient_payload.insert("locale".to_owned(), json!("x"));
    assert_eq!(subject(&overrides, &letter), "Ihr Code 482915");
}

#[test]
fn all_problems_are_listed_with_file_and_line() {
    let mut overrides = files(&[
        ("email.subject", "{{LoginCode}}"),
        ("email.body", "fine\n{{shout To}}"),
        ("email.body.plaintext", "{{> a}}"),
        ("a", "{{> b}}"),
        ("b", "{{> a}}"),
    ]);
    overrides
        .sources
        .push(Override { template: TemplateType::VerificationInvalid, ..source(Part::Text, "\n{{#if") });
    let mut found: Vec<_> = problems(&overrides).iter().map(ToString::to_string).collect();
    found.sort();
    assert_eq!(found.len(), 6, "{found:#?}");
    assert!(found[0].starts_with("courier.templates.x:2: this is not Handlebars"), "{found:#?}");
    assert!(found[1].starts_with("mails/a.hbs: partials include each other"), "{found:#?}");
    assert!(found[3].starts_with("mails/email.body.hbs:2: there is no helper “shout”"), "{found:#?}");
    assert!(
        found[5].starts_with("mails/email.subject.hbs:1: there is no variable “LoginCode”"),
        "{found:#?}"
    );

    let misused = problems(&files(&[("email.subject", "a\nb {{truncate To 'x'}}")]));
    assert_eq!((misused[0].line, misused.len()), (Some(2), 1), "{misused:?}");
    let large = problems(&files(&[("email.subject", &"x".repeat(300_000))]));
    assert!(large[0].text.contains("262144 bytes"), "{large:?}");
}

#[test]
fn output_is_limited() {
    let overrides =
        files(&[("email.body.plaintext", "{{#each TransientPayload.list}}{{../To}}{{this}}{{/each}}")]);
    let templates = Templates::compile(&overrides).unwrap();
    let mut letter = letter(TemplateType::VerificationCodeValid);
    letter.transient_payload.insert("list".to_owned(), json!(vec!["x".repeat(1000); 2000]));
    let failure = templates.render(&letter).map(|_| ()).unwrap_err();
    assert!(failure.to_string().contains("1048576 bytes"), "{failure}");
}

#[test]
fn html_that_fails_leaves_a_mail_of_plain_text() {
    let templates = Templates::compile(&files(&[("email.body", "{{date TransientPayload.at}}")])).unwrap();
    let mut letter = letter(TemplateType::VerificationCodeValid);
    assert!(mail(&templates, &letter).html.is_some());
    letter.transient_payload.insert("at".to_owned(), json!("not a time"));
    let mail = mail(&templates, &letter);
    assert!(mail.html.is_none() && mail.text.contains(CODE));
}

#[test]
fn a_text_message_needs_a_text() {
    let mut by_link = letter(TemplateType::VerificationValid);
    by_link.channel = zelos::identity::Channel::Sms;
    let failure = built_in().render(&by_link).map(|_| ()).unwrap_err();
    assert_eq!(failure.to_string(), "the template verification_valid has no sms.body text");
}
