//! Servers and services that fail in every way, on real sockets: nothing is lost, and nothing is sent twice.

use std::{
    net::{SocketAddr, TcpListener},
    thread,
    time::{Duration, Instant},
};

use zelos::{
    courier::{Channels, Outlet, SmtpConfig, SmtpMailer, SmtpSettings},
    kernel::Secret,
    net::{PrivateRanges, Trust},
    outbox::{MessageStatus, TemplateType},
};

use crate::{
    certificates::certificates,
    letters::letter,
    service::{Behaviour, http_outlet, misbehave},
    smtp::{FakeSmtp, Mode, Trouble},
    working::Scene,
};

fn outlet(uri: &str, trust: &Trust, patience: Duration) -> Outlet {
    let config = SmtpConfig::parse(&SmtpSettings {
        connection_uri: Secret::text(uri.to_owned()),
        from_address: "no-reply@example.com".to_owned(),
        from_name: None,
        local_name: "localhost".to_owned(),
        headers: Vec::new(),
        client_cert_path: None,
        client_key_path: None,
        private_ranges: PrivateRanges::Allowed,
        patience,
    });
    Outlet::Smtp(Box::new(SmtpMailer::build(config.unwrap(), trust).unwrap()))
}

fn plain(address: SocketAddr) -> Channels {
    let uri = format!("smtp://{address}/?disable_starttls=true");
    let email = outlet(&uri, &Trust::system().unwrap(), Duration::from_millis(300));
    Channels { email: Some(email), sms: None }
}

/// A place where nobody listens, now.
fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

const LETTERS: u8 = 5;

fn put_all(scene: &Scene) {
    for n in 0..LETTERS {
        scene.put(n, &letter(TemplateType::VerificationCodeValid));
    }
}

fn statuses(scene: &Scene) -> Vec<MessageStatus> {
    (0..LETTERS).map(|n| scene.outbox.get(n).status).collect()
}

/// Goes on until everything is sent, with the pauses between tries.
async fn until_sent(scene: &Scene) {
    for _ in 0..6 {
        scene.clock.advance(Duration::from_secs(3600));
        scene.round().await;
    }
    assert_eq!(statuses(scene), [MessageStatus::Sent; LETTERS as usize], "{:?}", scene.outbox.errors());
}

/// Each letter arrived once: their ids differ.
fn each_once(server: &FakeSmtp) {
    let mut ids: Vec<_> = server.received().iter().map(|mail| mail.header("Message-ID").unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((server.received().len(), ids.len()), (LETTERS.into(), LETTERS.into()));
}

#[tokio::test]
async fn a_server_that_is_away_gets_everything_when_it_is_back() {
    let address = free_address();
    let scene = Scene::with(plain(address), 9);
    put_all(&scene);
    scene.round().await;
    assert_eq!(statuses(&scene), [MessageStatus::Queued; LETTERS as usize]);
    assert!(scene.outbox.errors().iter().all(|error| error.contains("cannot be reached")));
    let server = FakeSmtp::listen(address, Mode::Plain, None);
    until_sent(&scene).await;
    each_once(&server);
}

#[tokio::test]
async fn whatever_breaks_a_dialogue_loses_and_doubles_nothing() {
    const WORDS: [&str; 6] = ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "TAKE"];
    for word in WORDS {
        for trouble in [
            Trouble::Close(word),
            Trouble::Stall(word),
            Trouble::Answer(word, "421 4.3.2 shutting down"),
            Trouble::Answer(word, "garbage"),
        ] {
            let server = FakeSmtp::start(Mode::Plain);
            let scene = Scene::with(plain(server.address()), 9);
            put_all(&scene);
            server.expect_trouble(trouble.clone());
            scene.round().await;
            let failed = scene.outbox.errors().iter().filter(|error| !error.is_empty()).count();
            assert_eq!(failed, 1, "{trouble:?}: {:?}", scene.outbox.errors());
            until_sent(&scene).await;
            each_once(&server);
        }
    }
}

#[tokio::test]
async fn a_letter_that_is_refused_for_good_takes_no_other_with_it() {
    let server = FakeSmtp::start(Mode::Plain);
    let scene = Scene::with(plain(server.address()), 9);
    put_all(&scene);
    server.expect_trouble(Trouble::Answer("TAKE", "554 5.7.1 spam"));
    scene.round().await;
    let mut all = statuses(&scene);
    all.sort_by_key(|status| status.wire_name());
    assert_eq!(all[0], MessageStatus::Abandoned);
    assert_eq!(all[1..], [MessageStatus::Sent; LETTERS as usize - 1]);
    assert_eq!(server.received().len(), usize::from(LETTERS) - 1);
}

#[tokio::test]
async fn a_wrong_certificate_keeps_letters_back_until_it_is_right() {
    for (mode, scheme) in [(Mode::Implicit, "smtps"), (Mode::StartTls, "smtp")] {
        let server = FakeSmtp::start(mode);
        let uri = format!("{scheme}://{}/?server_name=mail.test", server.address());
        let patience = Duration::from_secs(5);
        let stranger = outlet(&uri, &Trust::system().unwrap(), patience);
        let mut scene = Scene::with(Channels { email: Some(stranger), sms: None }, 9);
        put_all(&scene);
        scene.round().await;
        assert_eq!(statuses(&scene), [MessageStatus::Queued; LETTERS as usize]);
        let errors = scene.outbox.errors();
        assert!(errors.iter().all(|error| error.contains("certificate")), "{errors:?}");
        assert_eq!(server.received().len(), 0, "nothing is said to a stranger");
        let trusted = outlet(&uri, &Trust::of(certificates().roots()).unwrap(), patience);
        scene.reload(Channels { email: Some(trusted), sms: None }, 9);
        until_sent(&scene).await;
        each_once(&server);
    }
}

#[tokio::test]
async fn a_service_that_fails_in_any_way_is_asked_again_and_takes_once() {
    use Behaviour::{Answer, CutAnswer, CutRequest, HangUp};
    for (behaviour, part) in [
        (HangUp, "connection failed"),
        (CutRequest, "connection failed"),
        (Answer("400 no"), "\"status\":400"),
        (Answer("429 slow down"), "\"status\":429"),
        (Answer("503 later"), "\"status\":503"),
        (Answer("nonsense"), "connection failed"),
    ] {
        let (url, asked) = misbehave(vec![behaviour, Answer("204 taken")]);
        let scene = Scene::with(Channels { email: http_outlet(url, None), sms: None }, 9);
        scene.put(1, &letter(TemplateType::VerificationCodeValid));
        scene.round().await;
        assert_eq!(scene.outbox.get(1).status, MessageStatus::Queued, "{behaviour:?}");
        scene.clock.advance(Duration::from_secs(3600));
        scene.round().await;
        assert_eq!(scene.outbox.get(1).status, MessageStatus::Sent, "{behaviour:?}");
        assert_eq!(asked.join().unwrap(), 2);
        assert!(scene.outbox.errors()[0].contains(part), "{behaviour:?}: {:?}", scene.outbox.errors());
    }
    // It took the letter; that its words broke off is no matter, and asking again would send it twice.
    let (url, asked) = misbehave(vec![CutAnswer]);
    let scene = Scene::with(Channels { email: http_outlet(url, None), sms: None }, 9);
    scene.put(1, &letter(TemplateType::VerificationCodeValid));
    scene.round().await;
    assert_eq!((asked.join().unwrap(), scene.outbox.get(1).status), (1, MessageStatus::Sent));
}

#[tokio::test]
async fn a_service_that_is_away_or_not_who_it_says_gets_nothing_yet() {
    let server = FakeSmtp::start(Mode::Implicit);
    for (url, part) in [
        (format!("http://{}/", free_address()), "connection failed"),
        (format!("https://{}/", server.address()), "connection failed"),
    ] {
        let scene = Scene::with(Channels { email: http_outlet(url.parse().unwrap(), None), sms: None }, 9);
        scene.put(1, &letter(TemplateType::VerificationCodeValid));
        scene.round().await;
        assert_eq!(scene.outbox.get(1).status, MessageStatus::Queued);
        assert!(scene.outbox.errors()[0].contains(part), "{:?}", scene.outbox.errors());
    }
}

#[tokio::test]
async fn a_service_that_says_nothing_is_given_up_after_ten_seconds() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let held = thread::spawn(move || {
        let stream = silent.accept().unwrap();
        thread::sleep(Duration::from_secs(11));
        drop(stream);
    });
    let scene = Scene::with(Channels { email: http_outlet(url.parse().unwrap(), None), sms: None }, 9);
    scene.put(1, &letter(TemplateType::VerificationCodeValid));
    let begun = Instant::now();
    scene.round().await;
    assert!((9..11).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
    assert_eq!(scene.outbox.get(1).status, MessageStatus::Queued);
    assert!(scene.outbox.errors()[0].contains("within 10s"), "{:?}", scene.outbox.errors());
    held.join().unwrap();
}
