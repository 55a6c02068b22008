//! The program itself: what it prints of messages, and what it sends to try the way out.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Command, Stdio},
};

use tempfile::TempDir;

use crate::smtp::{FakeSmtp, Mode, Trouble};

/// Whether it succeeded, what it printed, and what it said.
fn run(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> (bool, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zelos"));
    command.args(arguments).current_dir(folder).env_clear().envs(environment.iter().copied());
    let done = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (done.status.success(), text(done.stdout), text(done.stderr))
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// A folder with own templates for recovery, and the environment that names it.
fn worded(files: &[(&str, &str)]) -> (TempDir, [(&'static str, &'static str); 1]) {
    let root = folder();
    let texts = root.path().join("mails/recovery_code/valid");
    fs::create_dir_all(&texts).unwrap();
    for (name, text) in files {
        fs::write(texts.join(name), text).unwrap();
    }
    (root, [("COURIER_TEMPLATE_OVERRIDE_PATH", "mails")])
}

#[test]
fn a_preview_needs_no_configuration() {
    let root = folder();
    let show = |arguments: &[&str]| run(root.path(), &[&["courier", "preview"], arguments].concat(), &[]);
    let (ok, text, _) = show(&["recovery_code_valid"]);
    assert!(ok && text.starts_with("Subject: 482915 is your recovery code\n\nGet back into"), "{text}");
    assert_eq!(show(&["login_code/valid", "--format", "subject"]).1, "482915 is your sign-in code\n");
    assert!(show(&["recovery_valid", "--format", "html"]).1.starts_with("<!doctype html>"));
    assert!(show(&["login_code_valid", "--format", "sms"]).1.ends_with("@auth.example.com #482915\n"));
    let (ok, text, said) = show(&["recovery_valid", "--format", "sms"]);
    assert!(!ok && text.is_empty() && said.contains("has no sms.body text"), "{said}");
    let (ok, _, said) = show(&["welcome"]);
    assert!(!ok && said.contains("there are verification_code_valid,"), "{said}");
    assert!(!show(&[]).0, "a message has to be named");
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0, "nothing is left behind");
}

#[test]
fn a_preview_shows_own_templates_in_every_language() {
    let (root, environment) = worded(&[
        ("email.subject.hbs", "For {{Identity.traits.nick}}, {{TransientPayload.x}}"),
        ("email.subject.de.hbs", "Für {{Identity.traits.nick}}"),
        ("email.body.plaintext.gotmpl", "Go says {{ .RecoveryCode }}"),
    ]);
    let show = |more: &[&str]| {
        let name = &["courier", "preview", "recovery_code_valid", "--traits", "{\"nick\":\"Ada\"}"][..];
        run(root.path(), &[name, more].concat(), &environment).1
    };
    assert_eq!(show(&["--payload", "{\"x\":1}"]), "Subject: For Ada, 1\n\nGo says 482915\n");
    assert_eq!(show(&["--locale", "de-AT", "--format", "subject"]), "Für Ada\n");
    assert_eq!(show(&["--locale", "fr", "--format", "subject"]), "For Ada,\n");
}

#[test]
fn a_broken_template_is_named_instead() {
    let (root, environment) = worded(&[("email.subject.hbs", "a\n{{Nobody}}")]);
    let (ok, _, said) = run(root.path(), &["courier", "preview", "recovery_valid"], &environment);
    assert!(!ok && said.contains("email.subject.hbs:2: there is no variable “Nobody”"), "{said}");
}

#[test]
fn converted_templates_say_the_same() {
    let go = "{{ if eq .ExpiresInMinutes 60 }}an hour for {{ .To }}{{ end }}";
    let (root, environment) = worded(&[("email.subject.gotmpl", go)]);
    let preview = &["courier", "preview", "recovery_code_valid", "--format", "subject"];
    let before = run(root.path(), preview, &environment).1;
    assert_eq!(before, "an hour for ada@example.com\n");
    let (ok, written, said) = run(root.path(), &["templates", "convert", "mails", "--out", "new"], &[]);
    assert!(ok && written == "new/recovery_code/valid/email.subject.hbs\n", "{written}{said}");
    assert_eq!(run(root.path(), preview, &[("COURIER_TEMPLATE_OVERRIDE_PATH", "new")]).1, before);
    fs::write(root.path().join("mails/recovery_code/valid/email.body.gotmpl"), "{{ now }}").unwrap();
    let (ok, _, said) = run(root.path(), &["templates", "convert", "mails", "--out", "new"], &[]);
    assert!(!ok && said.contains("email.body.gotmpl:1:4: the function `now`"), "{said}");
}

#[test]
fn a_page_shows_messages_and_reads_templates_anew() {
    let (root, environment) = worded(&[("email.subject.hbs", "one")]);
    let mut process = Command::new(env!("CARGO_BIN_EXE_zelos"))
        .args(["courier", "preview", "--serve"])
        .current_dir(root.path())
        .env_clear()
        .envs(environment)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut said).unwrap();
    let address = said.split(['/', ' ']).find(|word| word.starts_with("127.0.0.1:")).unwrap().to_owned();
    let page = || {
        let mut stream = TcpStream::connect(&address).unwrap();
        let ask =
            "GET /?template=recovery_code_valid&locale=de HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        stream.write_all(ask.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let first = page();
    assert!(
        first.contains("<pre>one</pre>") && first.contains("content-security-policy: default-src 'none'")
    );
    let subject = root.path().join("mails/recovery_code/valid/email.subject.hbs");
    fs::write(&subject, "two").unwrap();
    assert!(page().contains("<pre>two</pre>"));
    fs::write(&subject, "{{oops").unwrap();
    assert!(page().contains("These templates cannot be used"));
    process.kill().unwrap();
    process.wait().unwrap();
}

#[test]
fn a_test_message_goes_out_as_configured() {
    let (root, server) = (folder(), FakeSmtp::start(Mode::Plain));
    let uri = format!("smtp://{}/?disable_starttls=true", server.address());
    let environment = [
        ("COURIER_SMTP_CONNECTION_URI", uri.as_str()),
        ("COURIER_SMTP_FROM_ADDRESS", "from@example.com"),
        ("COURIER_SMTP_FROM_NAME", "The Zelos"),
    ];
    let send = |more: &[&str]| {
        run(
            root.path(),
            &[&["courier", "send-test", "--dev", "ada@example.org"], more].concat(),
            &environment,
        )
    };
    let (ok, text, said) = send(&["--template", "login_code_valid"]);
    assert!(ok && text == "The message login_code_valid to ada@example.org was taken.\n", "{text}{said}");
    let received = server.wait_for(1).remove(0);
    assert_eq!((received.to[0].as_str(), received.from.as_str()), ("ada@example.org", "from@example.com"));
    assert_eq!(received.header("From").unwrap(), "\"The Zelos\" <from@example.com>");
    assert_eq!(received.header("Subject").unwrap(), "482915 is your sign-in code");

    server.expect_trouble(Trouble::Answer("RCPT", "550 5.1.1 nobody here"));
    let (ok, text, said) = send(&[]);
    assert!(!ok && text.is_empty() && said.contains("was not taken: the mail server answered 550"), "{said}");
    let (ok, _, said) = send(&["--channel", "sms"]);
    assert!(!ok && said.contains("stay in the inbox"), "{said}");
    assert_eq!(server.received().len(), 1);
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0, "no database is made for it");
}
