//! What converted templates say, what they look like, and what is refused.

use serde_json::{Value, json};

use super::{
    Converted, GoFile, convert_files, is_go,
    samples::{PAGES, TEXTS},
};
use crate::{
    courier::{
        sample,
        template::{Mail, OverrideFile, Overrides, Rendered, Templates},
    },
    outbox::{Content, Letter, TemplateType},
};

const TEMPLATE: TemplateType = TemplateType::VerificationCodeValid;

fn letter() -> Letter {
    let mut letter = sample::letter(TEMPLATE);
    let url = "https://auth.example.com/?flow=1&code=482915".to_owned();
    letter.content = Content::VerificationCode { code: "482915".to_owned(), url, expires_in_minutes: 60 };
    letter.identity = Some(json!({"id": "9f42", "traits": {
        "email": "ada@example.com", "name": {"first": "Ada", "list": ["x", "y"]}, "lang": "de",
        "tags": ["a", "b"], "admin": true, "my key": "spaced", "title": "Dr", "else": "other", "upper": "up",
        "people": [{"name": "n", "tags": ["1", "2"]}, {"name": "m", "tags": ["3"]}], "pair": {"a": 1, "b": 2},
    }}));
    let payload = [
        ("x", "<b>&\"'"),
        ("url", "javascript:alert(1)"),
        ("q", "a b&c"),
        ("good", "https://x.example/?a=b"),
    ];
    let payload = payload.map(|(name, value)| (name.to_owned(), Value::from(value)));
    letter.transient_payload.extend(payload);
    letter
}

fn file(stem: &str, text: &str) -> GoFile {
    GoFile { stem: stem.to_owned(), source_name: format!("{stem}.gotmpl"), text: text.to_owned() }
}

fn convert(stem: &str, text: &str) -> Result<Vec<Converted>, String> {
    convert_files(TEMPLATE, &[file(stem, text)])
        .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

fn mail(files: &[GoFile]) -> Result<Mail, String> {
    let all = |problems: Vec<_>| format!("{problems:#?}");
    let converted = convert_files(TEMPLATE, files).map_err(all)?;
    let shown = format!("{converted:#?}");
    let files = converted.into_iter().map(|one| OverrideFile::converted(TEMPLATE, one)).collect();
    let templates = Templates::compile(&Overrides { files, ..Overrides::default() })
        .map_err(|problems| format!("{problems:#?}\n{shown}"))?;
    match templates.render(&letter()) {
        Ok(Rendered::Mail(mail)) => Ok(mail),
        other => Err(format!("{:?}\n{shown}", other.map(|_| "a text message"))),
    }
}

#[test]
fn texts_read_as_go_makes_them() {
    let mut wrong = Vec::new();
    for (template, expected) in TEXTS {
        let text = mail(&[file("email.body.plaintext", template)]).map(|mail| mail.text);
        if text.as_deref().map(str::trim) != Ok(expected.trim()) {
            let converted = convert("email.body.plaintext", template);
            wrong.push(format!("{template:?}\n  is   {text:?}\n  want {expected:?}\n  from {converted:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pages_are_escaped_as_go_escapes_them() {
    let mut wrong = Vec::new();
    for (template, expected) in PAGES {
        let html = mail(&[file("email.body", template)]).map(|mail| mail.html);
        if html != Ok(Some(expected.to_owned())) {
            wrong.push(format!("{template:?}\n  is   {html:?}\n  want {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Where Go escapes by the place, and Handlebars needs help with it.
#[test]
fn values_without_quotes_and_in_scripts_are_safe() {
    for (go, html) in [
        (
            "<a href={{ .VerificationURL }}>x</a>",
            "<a href=\"https://auth.example.com/?flow=1&amp;code=482915\">x</a>",
        ),
        (
            "<a href={{ .TransientPayload.good }} class=b>{{ .To }}</a>",
            "<a href=\"https://x.example/?a=b\" class=b>ada@example.com</a>",
        ),
        (
            "<a href={{ .TransientPayload.good }}/{{ .To }}>x</a>",
            "<a href=\"https://x.example/?a=b/ada@example.com\">x</a>",
        ),
        ("<img src={{ .TransientPayload.url }} alt=\"\">", "<img src=\"#\" alt=\"\">"),
        ("<p title={{ .TransientPayload.x }}>", "<p title=\"&lt;b&gt;&amp;&quot;&#39;\">"),
        (
            "<script type=\"application/ld+json\">{\"url\": \"{{ .VerificationURL }}\", \"x\": '{{ .TransientPayload.x }}'}</script>{{ .To }}",
            "<script type=\"application/ld+json\">{\"url\": \"https://auth.example.com/?flow\\u003D1\\u0026code\\u003D482915\", \"x\": '\\u003Cb\\u003E\\u0026\\u0022\\u0027'}</script>ada@example.com",
        ),
    ] {
        assert_eq!(
            mail(&[file("email.body", go)]).map(|mail| mail.html.unwrap()),
            Ok(html.to_owned()),
            "{go}"
        );
    }
}

#[test]
fn tables_of_words_can_be_looked_up() {
    let go = "{{ $lang := index .Identity.traits \"lang\" | default \"en\" }}\
        {{ $words := dict \"de\" \"Hallo\" \"en\" \"Hello\" }}\
        {{ get $words $lang }} {{ index $words \"en\" }} {{ $words.de }}{{ if hasKey $words \"fr\" }}!{{ end }}\
        {{ define \"by\" }}, {{ .who }}{{ end }}{{ template \"by\" (dict \"who\" .To) }}";
    let text = mail(&[file("email.body.plaintext", go)]).map(|mail| mail.text);
    assert_eq!(text, Ok("Hallo Hello Hallo, ada@example.com\n".to_owned()));
}

fn only(stem: &str, text: &str) -> String {
    let mut all = convert(stem, text).unwrap();
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0).text
}

#[test]
fn what_is_written_can_be_read() {
    for (go, handlebars) in [
        (
            "{{- if .Identity.traits.x -}} a {{- else -}} b {{- end -}}",
            "{{#if Identity.traits.x~}} a {{~else~}} b {{~/if}}",
        ),
        ("a {{- .To -}} b {{ .To }}", "a {{~To~}} b {{To}}"),
        (
            "{{ if or .To (and .RequestURL (not .To)) }}x{{ end }}",
            "{{#if (or To (and RequestURL (not To)))}}x{{/if}}",
        ),
        ("{{ or .To \"x\" }}", "{{choose To To \"x\"}}"),
        ("{{ with .Identity }}{{ $.To }}{{ .id }}{{ end }}", "{{#with Identity}}{{@root.To}}{{id}}{{/with}}"),
        ("{{ .ExpiresInMinutes | printf \"%02d\" }}", "{{concat (pad ExpiresInMinutes 2)}}"),
        ("{{ (split \"@\" .To)._1 }}", "{{lookup (split To \"@\") 1}}"),
        (
            "{{ .To | trimSuffix \".com\" | replace \"a\" \"b\" }}",
            "{{replace (trimend To \".com\") \"a\" \"b\"}}",
        ),
        ("{{ ternary \"a\" \"b\" .Identity.traits.x }}", "{{choose Identity.traits.x \"a\" \"b\"}}"),
        (
            "{{ default \"you\" .Identity.traits.name.first | title }}",
            "{{title (default Identity.traits.name.first \"you\")}}",
        ),
        ("a\n{{/* note */}}\nb", "a\n{{!-- note --}}\nb"),
    ] {
        assert_eq!(only("email.body", go), handlebars, "{go}");
    }
    let with_time = convert_files(
        TemplateType::VerifiableAddressChanged,
        &[file("email.subject", "{{ .ChangedAt.UTC.Format \"02.01.2006 15:04\" }} {{ .ChangedAt }}")],
    );
    assert_eq!(
        with_time.unwrap()[0].text,
        "{{date ChangedAt \"[day].[month].[year] [hour]:[minute]\"}} {{date ChangedAt \"[year]-[month]-[day] [hour]:[minute]:[second] +0000 UTC\"}}"
    );
}

#[test]
fn text_messages_of_a_sign_up_have_the_traits_for_an_identity() {
    let go = [file("sms.body", "{{ .Identity.phone }}"), file("email.subject", "{{ .Traits.phone }}")];
    let converted = convert_files(TemplateType::RegistrationCodeValid, &go).unwrap();
    assert_eq!(
        (converted[0].text.as_str(), converted[1].text.as_str()),
        ("{{Traits.phone}}", "{{Traits.phone}}")
    );
}

#[test]
fn files_beside_each_other_include_each_other() {
    let files = [
        file(
            "email.body.plaintext",
            "{{ if eq .Identity.traits.lang \"de\" }}{{ template \"email.body.plaintext.de.gotmpl\" . }}{{ else }}{{ template \"foot\" . }}{{ end }}",
        ),
        file("email.body.plaintext.de", "Ihr Code ist {{ .VerificationCode }}. {{ template \"foot\" . }}"),
        file("email.body.plaintext.parts", "{{ define \"foot\" }}-- {{ .To }}{{ end }}"),
        file("email.body", "{{ define \"foot\" }}<i>{{ .To }}</i>{{ end }}{{ template \"foot\" . }}"),
    ];
    let mail = mail(&files).unwrap();
    assert_eq!(mail.text, "Ihr Code ist 482915. -- ada@example.com\n");
    assert_eq!(mail.html.as_deref(), Some("<i>ada@example.com</i>"));
    let mut german = letter();
    german.transient_payload.insert("locale".to_owned(), json!("de"));
    let converted = convert_files(TEMPLATE, &files).unwrap();
    assert!(converted.iter().all(|one| one.stem != "email.body.plaintext.de"), "no language by itself");
}

#[test]
fn what_has_no_counterpart_is_refused_with_its_place_and_a_way_out() {
    for (go, place, hint) in [
        ("a\n  {{ env \"HOME\" }}", "2:6", "`transient_payload`"),
        ("{{ now }}", "1:4", "{{date ChangedAt"),
        ("{{ shout .To }}", "1:4", "one of abbrev add"),
        ("{{ range 5 }}x{{ end }}", "1:1", "as often as it shall appear"),
        ("{{ range .Identity.x }}{{ break }}{{ end }}", "1:24", "{{#if …}}"),
        ("{{ $x := 1 }}{{ range .Identity.x }}{{ $x = 2 }}{{ end }}", "1:37", "{{#if …}}"),
        ("{{ printf \"%+v\" .To }}", "1:4", "(concat …)"),
        ("{{ .To.Format 1 }}", "1:4", "{{date ChangedAt"),
        ("{{ $y }}", "1:4", "not declared"),
        ("{{ template \"none\" . }}", "1:1", "no template “none”"),
        ("{{ if .To }}", "1:1", "{{end}}"),
        ("{{ end }}", "1:1", "nothing open"),
        ("{{ if .To }}{{ else }}{{ else }}{{ end }}", "1:23", "an `else` already"),
        ("{{ .To", "1:1", "`}}`"),
        ("{{ \"x }}", "1:4", "quotation mark"),
        ("{{ ( .To }}", "1:4", "parenthesis"),
        ("{{ .To ) }}", "1:8", "parenthesis"),
        ("{{ if }}x{{ end }}", "1:1", "something is missing"),
        ("{{ 0x1F }}", "1:4", "write its digits"),
        ("{{ .To & .To }}", "1:8", "“&”"),
        ("{{ dict \"a\" 1 }}", "1:1", "show one of its values"),
        ("{{ upper .To .To }}", "1:4", "takes 1 values"),
    ] {
        let refused = convert("email.body.plaintext", go).unwrap_err();
        let expected = format!("email.body.plaintext.gotmpl:{place}: ");
        assert!(refused.starts_with(&expected) && refused.contains(hint), "{go}: {refused}");
    }
    for go in [
        "<script>var x = {{ .To }}</script>",
        "<p style=\"color: {{ .TransientPayload.color }}\">",
        "<p class=a{{ .To }}>",
        "<p {{ if .To }}class=\"a{{ end }}\">",
    ] {
        assert!(convert("email.body", go).is_err(), "{go}");
    }
    let deep = format!("{}x{}", "{{ if .To }}".repeat(200), "{{ end }}".repeat(200));
    assert!(convert("email.subject", &deep).unwrap_err().contains("80 deep"));
    let chain: String = (0..70).map(|n| format!("{{{{ else if eq .To \"{n}\" }}}}{n}")).collect();
    let many = format!("{{{{ if eq .To \"x\" }}}}x{chain}{{{{ else }}}}none{{{{ end }}}}");
    assert_eq!(mail(&[file("email.body.plaintext", &many)]).map(|mail| mail.text), Ok("none\n".to_owned()));
    let nested = format!("{}x{}", "{{ if .To }}".repeat(70), "{{ end }}".repeat(70));
    assert_eq!(mail(&[file("email.body.plaintext", &nested)]).map(|mail| mail.text), Ok("x\n".to_owned()));
    let large = format!("{{{{ $x := .To }}}}{}", "{{ $x = print $x $x }}".repeat(40));
    assert!(convert("email.subject", &large).unwrap_err().contains("grows too large"));
}

#[test]
fn unknown_variables_are_found_at_the_line_of_the_source() {
    let text = "{{ define \"x\" }}a{{ end }}\nb\n{{ .RecoveryCode }}";
    let problem = mail(&[file("email.body.plaintext", text)]).map(|_| ()).unwrap_err();
    assert!(problem.contains("there is no variable “RecoveryCode”"), "{problem}");
    assert!(problem.contains("line: Some(\n            3,"), "{problem}");
}

#[test]
fn languages_are_told_apart() {
    for go in [
        "{{ .To }}",
        "{{.To}}",
        "a {{- .To }}",
        "{{ if .To }}x{{ end }}",
        "{{/* c */}}",
        "{{ $x := 1 }}",
        "{{ upper .To }}",
        "{{ index .Identity \"x\" }}",
        "{{ (len .To) }}",
        "{{ define \"x\" }}{{ end }}",
    ] {
        assert!(is_go(go), "{go}");
    }
    for handlebars in [
        "",
        "plain",
        "{{To}}",
        "{{ To }}",
        "{{#if To}}x{{/if}}",
        "{{~To~}}",
        "{{upper To}}",
        "{{> x}}",
        "{{#each Identity.x}}{{../To}}{{this}}{{/each}}",
        "{{! .To }}",
        "{{{To}}}",
        "{{@root.To}}",
    ] {
        assert!(!is_go(handlebars), "{handlebars}");
    }
}
