//! One mail at a time, through every kind of server.

use std::time::Duration;

use zelos::{
    courier::{DeliveryError, Mail, Outlook, SmtpConfig, SmtpMailer, SmtpSettings},
    kernel::Secret,
    net::{PrivateRanges, Trust},
};

use crate::{
    certificates::certificates,
    letters::{id, noon},
    smtp::{FakeSmtp, Mode, Trouble},
};

fn settings(server: &FakeSmtp, scheme: &str, credentials: &str, query: &str) -> SmtpSettings {
    let port = server.address().port();
    SmtpSettings {
        connection_uri: Secret::text(format!("{scheme}://{credentials}127.0.0.1:{port}/?{query}")),
        from_address: "no-reply@example.com".to_owned(),
        from_name: Some("Zelos Ünit".to_owned()),
        local_name: "client.test".to_owned(),
        headers: vec![
            ("X-Tag".to_owned(), "a=b".to_owned()),
            ("Bcc".to_owned(), "copy@example.com".to_owned()),
        ],
        client_cert_path: None,
        client_key_path: None,
        private_ranges: PrivateRanges::Allowed,
        patience: Duration::from_secs(5),
    }
}

fn build(settings: &SmtpSettings) -> SmtpMailer {
    let trust = Trust::of(certificates().roots()).unwrap();
    SmtpMailer::build(SmtpConfig::parse(settings).unwrap(), &trust).unwrap()
}

fn plain(server: &FakeSmtp) -> SmtpMailer {
    build(&settings(server, "smtp", "", "disable_starttls=true"))
}

fn mail() -> Mail {
    Mail {
        subject: "482915 is your cöde".to_owned(),
        text: "Hällo\n\n482915\n.\nend\n".to_owned(),
        html: Some("<p>482915 = ü</p>\n".to_owned()),
    }
}

async fn send(mailer: &SmtpMailer, to: &str) -> Result<(), DeliveryError> {
    mailer.deliver(id(1), to, &mail(), noon()).await
}

#[tokio::test]
async fn a_mail_arrives_whole() {
    let server = FakeSmtp::start(Mode::Plain);
    send(&plain(&server), "ada@example.com").await.unwrap();
    let received = &server.wait_for(1)[0];
    assert_eq!(received.from, "no-reply@example.com");
    assert_eq!(received.to, ["ada@example.com", "copy@example.com"]);
    assert_eq!(received.hello, "client.test");
    assert_eq!(received.header("To").unwrap(), "ada@example.com");
    assert_eq!(received.header("Bcc"), None);
    assert_eq!(received.header("X-Tag").unwrap(), "a=b");
    assert_eq!(received.header("Auto-Submitted").unwrap(), "auto-generated");
    assert_eq!(received.header("Date").unwrap(), "Sat, 31 Jan 2026 12:00:00 +0000");
    assert_eq!(received.header("Message-ID").unwrap(), format!("<{}@example.com>", id(1)));
    assert!(received.header("From").unwrap().ends_with("<no-reply@example.com>"));
    assert!(received.header("Content-Type").unwrap().starts_with("multipart/alternative"));
    assert_eq!(received.part("text/plain").unwrap().trim_end(), mail().text.trim_end());
    assert_eq!(received.part("text/html").unwrap().trim_end(), "<p>482915 = ü</p>");
    assert!(received.data.is_ascii());
}

#[tokio::test]
async fn a_mail_without_html_is_plain_text() {
    let server = FakeSmtp::start(Mode::Plain);
    let mail = Mail { html: None, ..mail() };
    plain(&server).deliver(id(1), "ada@example.com", &mail, noon()).await.unwrap();
    let received = &server.wait_for(1)[0];
    assert!(received.header("Content-Type").unwrap().starts_with("text/plain"));
}

#[tokio::test]
async fn starttls_is_used_and_login_comes_after_it() {
    let server = FakeSmtp::with_login(Mode::StartTls, "test", "p@ss:w%");
    let settings = settings(&server, "smtp", "test:p%40ss%3Aw%25@", "server_name=mail.test");
    send(&build(&settings), "ada@example.com").await.unwrap();
    let received = &server.wait_for(1)[0];
    assert!(received.encrypted);
    assert_eq!(received.login, Some(("test".to_owned(), "p@ss:w%".to_owned())));
}

#[tokio::test]
async fn starttls_is_mandatory() {
    let server = FakeSmtp::start(Mode::Plain);
    let error = send(&build(&settings(&server, "smtp", "", "")), "ada@example.com").await.unwrap_err();
    assert_eq!(error.outlook, Outlook::Passing);
    assert!(error.reason.contains("STARTTLS") && error.reason.contains("disable_starttls=true"), "{error}");
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn replies_smuggled_before_tls_are_refused() {
    let server = FakeSmtp::start(Mode::StartTls);
    server.expect_trouble(Trouble::Answer("STARTTLS", "220 go\r\n250 smuggled"));
    let settings = settings(&server, "smtp", "", "server_name=mail.test");
    let error = send(&build(&settings), "ada@example.com").await.unwrap_err();
    assert!(error.reason.contains("out of turn"), "{error}");
}

#[tokio::test]
async fn certificates_and_names_are_checked_unless_told_otherwise() {
    let server = FakeSmtp::start(Mode::Implicit);
    let with = |query: &str| settings(&server, "smtps", "", query);
    let untrusting = Trust::system().unwrap();
    let untrusted =
        |query: &str| SmtpMailer::build(SmtpConfig::parse(&with(query)).unwrap(), &untrusting).unwrap();

    let wrong_name = send(&build(&with("")), "ada@example.com").await.unwrap_err();
    assert!(wrong_name.reason.contains("server_name"), "{wrong_name}");
    let unknown = send(&untrusted("server_name=mail.test"), "ada@example.com").await.unwrap_err();
    assert!(unknown.reason.contains("skip_ssl_verify=true"), "{unknown}");
    assert!(server.received().is_empty());

    send(&build(&with("server_name=mail.test")), "ada@example.com").await.unwrap();
    send(&untrusted("skip_ssl_verify=true"), "ada@example.com").await.unwrap();
    assert!(server.wait_for(2).iter().all(|received| received.encrypted));
}

#[tokio::test]
async fn a_client_certificate_is_shown_to_servers_that_ask() {
    let server = FakeSmtp::start(Mode::ClientCertificate);
    let mut settings = settings(&server, "smtps", "", "server_name=mail.test");
    let error = send(&build(&settings), "ada@example.com").await.unwrap_err();
    assert_eq!(error.outlook, Outlook::Passing);

    settings.client_cert_path = Some(certificates().path("client.pem"));
    settings.client_key_path = Some(certificates().path("client.key"));
    send(&build(&settings), "ada@example.com").await.unwrap();

    settings.client_key_path = Some(certificates().path("server.key"));
    let trust = Trust::system().unwrap();
    let mismatch = SmtpMailer::build(SmtpConfig::parse(&settings).unwrap(), &trust).unwrap_err();
    assert_eq!(mismatch.key, "courier.smtp.client_key_path");
    settings.client_cert_path = Some("no/such.pem".into());
    let missing = SmtpMailer::build(SmtpConfig::parse(&settings).unwrap(), &trust).unwrap_err();
    assert!(missing.to_string().contains("no/such.pem"), "{missing}");
}

#[tokio::test]
async fn a_refused_login_may_be_mended() {
    let server = FakeSmtp::with_login(Mode::Plain, "test", "right");
    let settings = settings(&server, "smtp", "test:wrong@", "disable_starttls=true");
    let error = send(&build(&settings), "ada@example.com").await.unwrap_err();
    assert_eq!((error.outlook, error.status), (Outlook::Passing, Some(535)));
    assert!(error.reason.contains("user and password") && !error.reason.contains("wrong@"), "{error}");
}

#[tokio::test]
async fn login_uses_what_the_server_offers() {
    let server = FakeSmtp::with_login(Mode::Plain, "test", "right");
    let settings = settings(&server, "smtp", "test:right@", "disable_starttls=true");
    server.expect_trouble(Trouble::Answer("EHLO", "250-fake.example\r\n250 AUTH CRAM-MD5 LOGIN"));
    send(&build(&settings), "ada@example.com").await.unwrap();
    assert_eq!(server.wait_for(1)[0].login, Some(("test".to_owned(), "right".to_owned())));
}

#[tokio::test]
async fn a_server_that_wants_it_gets_a_digest_of_the_password() {
    let digest = "b913a602c7eda7a495b4e6e7334d3890";
    let server = FakeSmtp::with_login(Mode::Plain, "tim", digest);
    let offer = Trouble::Answer("EHLO", "250-fake.example\r\n250 AUTH CRAM-MD5");
    let with = |password: &str| {
        let credentials = format!("tim:{password}@");
        build(&settings(&server, "smtp", &credentials, "disable_starttls=true"))
    };
    for password in ["tanstaaftanstaaf", "wrong"] {
        server.expect_trouble(offer.clone());
        server.expect_trouble(offer.clone());
        let sent = send(&with(password), "ada@example.com").await;
        assert_eq!(
            sent.map_err(|error| error.status),
            if password == "wrong" { Err(Some(535)) } else { Ok(()) }
        );
    }
    assert_eq!(server.received()[0].login, Some(("tim".to_owned(), digest.to_owned())));
}

#[tokio::test]
async fn a_server_without_login_gets_no_password() {
    let server = FakeSmtp::start(Mode::Plain);
    let settings = settings(&server, "smtp", "test:secret@", "disable_starttls=true");
    send(&build(&settings), "ada@example.com").await.unwrap();
    assert_eq!(server.wait_for(1)[0].login, None);
}

#[tokio::test]
async fn refusals_for_now_and_for_good_are_told_apart() {
    let server = FakeSmtp::start(Mode::Plain);
    let mailer = plain(&server);
    for (word, answer, outlook, status) in [
        ("RCPT", "450 4.2.0 later", Outlook::Passing, 450),
        ("RCPT", "550 5.1.1 no such user", Outlook::Hopeless, 550),
        ("TAKE", "554 5.7.1 spam", Outlook::Hopeless, 554),
        ("TAKE", "452 4.3.1 full", Outlook::Passing, 452),
        ("MAIL", "530 5.7.0 log in first", Outlook::Passing, 530),
        ("CONNECT", "554 5.3.2 closed for today", Outlook::Passing, 554),
        ("EHLO", "550 5.7.1 who are you?", Outlook::Passing, 550),
    ] {
        server.expect_trouble(Trouble::Answer(word, answer));
        let error = send(&mailer, "ada@example.com").await.unwrap_err();
        assert_eq!((error.outlook, error.status), (outlook, Some(status)), "{answer}");
    }
    send(&mailer, "ada@example.com").await.unwrap();
}

#[tokio::test]
async fn silence_and_hanging_up_are_passing_failures() {
    let server = FakeSmtp::start(Mode::Plain);
    let mut settings = settings(&server, "smtp", "", "disable_starttls=true");
    settings.patience = Duration::from_millis(100);
    let mailer = build(&settings);
    for trouble in [
        Trouble::Stall("CONNECT"),
        Trouble::Stall("DATA"),
        Trouble::Close("CONNECT"),
        Trouble::Close("RCPT"),
        Trouble::Close("TAKE"),
    ] {
        let name = format!("{trouble:?}");
        server.expect_trouble(trouble);
        let error = send(&mailer, "ada@example.com").await.unwrap_err();
        assert_eq!(error.outlook, Outlook::Passing, "{name}");
    }
    send(&mailer, "ada@example.com").await.unwrap();
}

#[tokio::test]
async fn connections_are_kept_and_replaced_when_the_server_restarted() {
    let server = FakeSmtp::start(Mode::Plain);
    let (mailer, address) = (plain(&server), server.address());
    for _ in 0..3 {
        send(&mailer, "ada@example.com").await.unwrap();
    }
    assert_eq!(server.connections(), 1);
    drop(server);

    let down = send(&mailer, "ada@example.com").await.unwrap_err();
    assert_eq!(down.outlook, Outlook::Passing);

    let server = FakeSmtp::listen(address, Mode::Plain, None);
    send(&mailer, "ada@example.com").await.unwrap();
    // A connection that dies while nobody looks costs nothing but another one.
    drop(server);
    let server = FakeSmtp::listen(address, Mode::Plain, None);
    send(&mailer, "ada@example.com").await.unwrap();
    assert_eq!(server.received().len(), 1);
    mailer.close().await;
}

#[tokio::test]
async fn private_addresses_are_not_dialled_when_they_are_refused() {
    let server = FakeSmtp::start(Mode::Plain);
    let mut settings = settings(&server, "smtp", "", "disable_starttls=true");
    settings.private_ranges = PrivateRanges::Refused;
    let error = send(&build(&settings), "ada@example.com").await.unwrap_err();
    assert!(error.reason.contains("private address"), "{error}");
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn hostile_recipients_never_reach_the_server() {
    let server = FakeSmtp::start(Mode::Plain);
    let mailer = plain(&server);
    for hostile in [
        "",
        "nobody",
        "a@b.example\r\nRCPT TO:<evil@example.com>",
        "a@b.example\r\nBcc: evil@example.com",
        "\"a\r\nDATA\"@b.example",
        "a@b.example>",
        "a@b.example, evil@example.com",
        "Ada <a@b.example>",
        "a b@c.example",
        "a@b.example\0",
    ] {
        let error = send(&mailer, hostile).await.unwrap_err();
        assert_eq!(error.outlook, Outlook::Hopeless, "{hostile:?}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn header_injection_is_impossible() {
    let server = FakeSmtp::start(Mode::Plain);
    let mut settings = settings(&server, "smtp", "", "disable_starttls=true");
    settings.from_name = Some("Zelos\r\nX-Evil: 1".to_owned());
    let mail = Mail { subject: "one\r\nX-Evil: 2\r\n\r\nbody".to_owned(), ..mail() };
    build(&settings).deliver(id(1), "ada@example.com", &mail, noon()).await.unwrap();
    let received = &server.wait_for(1)[0];
    assert_eq!(received.header("X-Evil"), None);
    assert_eq!(received.to, ["ada@example.com", "copy@example.com"]);
}
