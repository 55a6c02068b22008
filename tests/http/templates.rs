//! Messages that an operator words: templates of an existing installation, from folders and from sources.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;
use zelos::courier::{Mail, Rendered};

use crate::{
    database::TestDatabase,
    for_all,
    harness::{Kind, TestApp},
};

const ADA: &str = "ada@example.test";

/// Starts with these settings of the courier and has a letter with a code sent to Ada, all of it in words.
async fn words(courier: &str, kind: Kind, database: TestDatabase) -> Mail {
    let flows = "selfservice: { flows: { recovery: { enabled: true, use: code } } }";
    let app = TestApp::builder(database).config(flows).config(&format!("courier: {courier}")).build().await;
    app.client(Kind::Native).sign_up(ADA).await.done();
    let client = app.client(kind);
    let flow = client.open("recovery").await;
    client.submit(&flow, json!({ "method": "code", "email": ADA })).await.form();
    let mail = app.newest_mail(ADA).await;
    match app.live.get().templates.render(&mail.letter).unwrap() {
        Rendered::Mail(words) => words,
        Rendered::Sms(_) => panic!("a mail was expected"),
    }
}

for_all!(go_templates_from_sources_are_converted);
async fn go_templates_from_sources_are_converted(database: TestDatabase, kind: Kind) {
    let source = |text: &str| format!("'base64://{}'", STANDARD.encode(text));
    let subject = source("{{ .RecoveryCode }} & {{ .Identity.traits.email }}");
    let text = source(
        "{{ define \"code\" }}<{{ .RecoveryCode }}>{{ end }}{{- template \"code\" . -}}\n{{ if eq .ExpiresInMinutes 1 }}minute{{ else }}{{ .ExpiresInMinutes }} minutes{{ end }}",
    );
    let html = source("<p title='{{ .To }}'>{{ .TransientPayload.x }}</p>");
    let mail = words(
        &format!("{{ templates: {{ recovery_code: {{ valid: {{ email: {{ subject: {subject}, body: {{ plaintext: {text}, html: {html} }} }} }} }} }} }}"),
        kind,
        database,
    )
    .await;
    let code = mail.text.get(1..7).unwrap().to_owned();
    assert_eq!(mail.text, format!("<{code}>60 minutes\n"));
    assert_eq!(mail.subject, format!("{code} & {ADA}"));
    assert_eq!(mail.html.unwrap(), format!("<p title='{ADA}'></p>"));
}

for_all!(go_templates_of_a_folder_are_converted);
async fn go_templates_of_a_folder_are_converted(database: TestDatabase, kind: Kind) {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("recovery_code/valid");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("email.subject.gotmpl"), "{{ template \"email.subject.part.gotmpl\" . }}")
        .unwrap();
    std::fs::write(folder.join("email.subject.part.gotmpl"), "For {{ .To | upper }}").unwrap();
    std::fs::write(folder.join("email.body.plaintext.hbs"), "{{RecoveryCode}}").unwrap();
    let mail =
        words(&format!("{{ template_override_path: '{}' }}", root.path().display()), kind, database).await;
    assert_eq!(mail.subject, "For ADA@EXAMPLE.TEST");
    assert_eq!(mail.text.trim().len(), 6);
    assert!(mail.html.unwrap().contains("Get back into your account"), "the rest is built in");
}
