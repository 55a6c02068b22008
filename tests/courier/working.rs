//! The worker: which messages it takes, what it does with them, and when it tries again.

use std::{
    future::pending,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::sync::{Notify, oneshot};
use zelos::{
    courier::{
        Channels, Dispatch, Lease, LetterOpener, Outcome, Outlet, Overrides, Queue, Settlement, SmtpConfig,
        SmtpMailer, SmtpSettings, Templates, Worker,
    },
    crypto::Sealed,
    kernel::{
        BoxError, Clock as _, Fault, Lifespan, ManualClock, MessageId, Secret, SeededEntropy, SystemClock,
        Timestamp,
    },
    net::{PrivateRanges, Trust},
    outbox::{Attempt, Letter, Message, MessageStatus, TemplateType},
};

use crate::{
    letters::{CODE, id, letter, noon, text_message},
    smtp::{FakeSmtp, Mode, Trouble},
};

/// An outbox in memory, which keeps the promises of [`Queue`].
#[derive(Clone, Default)]
pub struct Outbox(Arc<Mutex<Rows>>);

#[derive(Default)]
struct Rows {
    messages: Vec<Message>,
    attempts: Vec<Attempt>,
    /// Claims, and then settlements, that fail.
    failures: (usize, usize),
}

impl Outbox {
    fn put(&self, n: u8, letter: &Letter, now: Timestamp) {
        self.0.lock().unwrap().messages.push(Message {
            id: id(n),
            status: MessageStatus::Queued,
            channel: letter.channel,
            recipient: letter.to.clone(),
            template: letter.content.template(),
            payload: Some(Sealed::new(serde_json::to_string(letter).unwrap())),
            send_count: 0,
            next_attempt_at: now,
            created_at: now,
            updated_at: now,
        });
    }

    pub fn get(&self, n: u8) -> Message {
        let rows = self.0.lock().unwrap();
        rows.messages.iter().find(|message| message.id == id(n)).unwrap().clone()
    }

    fn change(&self, n: u8, change: impl FnOnce(&mut Message)) {
        let mut rows = self.0.lock().unwrap();
        change(rows.messages.iter_mut().find(|message| message.id == id(n)).unwrap());
    }

    pub fn errors(&self) -> Vec<String> {
        let rows = self.0.lock().unwrap();
        let errors = rows.attempts.iter().map(|attempt| attempt.error.as_ref());
        errors.map(|error| error.map(ToString::to_string).unwrap_or_default()).collect()
    }

    fn fail_next(&self, claims: usize, settlements: usize) {
        self.0.lock().unwrap().failures = (claims, settlements);
    }
}

fn fail(left: &mut usize) -> Result<(), Fault> {
    let Some(fewer) = left.checked_sub(1) else { return Ok(()) };
    *left = fewer;
    Err(Fault::transient("reach the database", BoxError::from("down")))
}

impl Queue for Outbox {
    async fn claim(&self, now: Timestamp, lease: Lifespan, limit: u32) -> Result<Vec<Message>, Fault> {
        let mut rows = self.0.lock().unwrap();
        fail(&mut rows.failures.0)?;
        let due = |message: &&mut Message| {
            let open = matches!(message.status, MessageStatus::Queued | MessageStatus::Processing);
            open && message.next_attempt_at <= now
        };
        let claimed = rows.messages.iter_mut().filter(due).take(limit as usize).map(|message| {
            message.status = MessageStatus::Processing;
            message.next_attempt_at = now.plus(lease);
            message.send_count += 1;
            message.clone()
        });
        Ok(claimed.collect())
    }

    async fn settle(&self, Settlement { claimed, outcome, attempt }: Settlement) -> Result<Lease, Fault> {
        let mut rows = self.0.lock().unwrap();
        fail(&mut rows.failures.1)?;
        let held = |message: &&mut Message| {
            message.id == claimed.id
                && message.status == MessageStatus::Processing
                && message.next_attempt_at == claimed.next_attempt_at
        };
        let Some(message) = rows.messages.iter_mut().find(held) else { return Ok(Lease::Lost) };
        match outcome {
            Outcome::Sent => message.status = MessageStatus::Sent,
            Outcome::Abandoned => message.status = MessageStatus::Abandoned,
            Outcome::RetryAt(at) => {
                message.status = MessageStatus::Queued;
                message.next_attempt_at = at;
            }
        }
        rows.attempts.push(attempt);
        Ok(Lease::Held)
    }
}

pub struct Unsealed;

impl LetterOpener for Unsealed {
    fn open(&self, _: MessageId, sealed: &Sealed) -> Result<Letter, Fault> {
        serde_json::from_str(sealed.as_str()).map_err(|error| Fault::doing("open a letter", error))
    }
}

fn smtp(server: &FakeSmtp) -> Option<Outlet> {
    let config = SmtpConfig::parse(&SmtpSettings {
        connection_uri: Secret::text(format!("smtp://{}/?disable_starttls=true", server.address())),
        from_address: "no-reply@example.com".to_owned(),
        from_name: None,
        local_name: "localhost".to_owned(),
        headers: Vec::new(),
        client_cert_path: None,
        client_key_path: None,
        private_ranges: PrivateRanges::Allowed,
        patience: Duration::from_secs(5),
    });
    let mailer = SmtpMailer::build(config.unwrap(), &Trust::system().unwrap()).unwrap();
    Some(Outlet::Smtp(Box::new(mailer)))
}

fn dispatch(channels: Channels, message_retries: u32) -> Arc<Dispatch> {
    Arc::new(Dispatch {
        templates: Arc::new(Templates::compile(&Overrides::default()).unwrap()),
        channels,
        message_retries,
        pull_count: 10,
        pull_wait: Duration::from_secs(1),
    })
}

pub struct Scene {
    pub outbox: Outbox,
    pub clock: Arc<ManualClock>,
    worker: Worker<Outbox, Unsealed>,
}

impl Scene {
    fn new(email: Option<Outlet>, message_retries: u32) -> Self {
        Self::with(Channels { email, sms: None }, message_retries)
    }

    /// Takes over another configuration.
    pub fn reload(&mut self, channels: Channels, message_retries: u32) {
        let dispatch = dispatch(channels, message_retries);
        self.worker.dispatch = Arc::new(move || Arc::clone(&dispatch));
    }

    pub fn with(channels: Channels, message_retries: u32) -> Self {
        let (outbox, clock) = (Outbox::default(), Arc::new(ManualClock::at(noon())));
        let dispatch = dispatch(channels, message_retries);
        let worker = Worker {
            queue: outbox.clone(),
            opener: Unsealed,
            dispatch: Arc::new(move || Arc::clone(&dispatch)),
            clock: clock.clone(),
            entropy: Arc::new(SeededEntropy::new(1)),
            poke: Arc::new(Notify::new()),
        };
        Self { outbox, clock, worker }
    }

    pub fn put(&self, n: u8, letter: &Letter) {
        self.outbox.put(n, letter, self.clock.now());
    }

    pub async fn round(&self) -> usize {
        self.worker.round().await.unwrap()
    }
}

fn code_letter() -> Letter {
    letter(TemplateType::VerificationCodeValid)
}

#[tokio::test]
async fn what_is_due_is_sent_once() {
    let server = FakeSmtp::start(Mode::Plain);
    let scene = Scene::new(smtp(&server), 5);
    for n in 0..7 {
        scene.put(n, &code_letter());
    }
    assert_eq!(scene.round().await, 7);
    assert_eq!(scene.round().await, 0);
    let received = server.wait_for(7);
    assert_eq!(received.len(), 7);
    assert_eq!(received[0].header("Subject").unwrap(), format!("{CODE} is your verification code"));
    assert!((0..7).all(|n| scene.outbox.get(n).status == MessageStatus::Sent));
    assert_eq!(scene.outbox.errors(), vec![""; 7]);
    let attempts = &scene.outbox.0.lock().unwrap().attempts;
    let ids: std::collections::BTreeSet<_> = attempts.iter().map(|attempt| attempt.id).collect();
    assert_eq!(ids.len(), 7, "each attempt has an id of its own");
}

#[tokio::test]
async fn a_passing_failure_is_tried_again_later_and_later_until_the_tries_run_out() {
    let server = FakeSmtp::start(Mode::Plain);
    let scene = Scene::new(smtp(&server), 2);
    scene.put(1, &code_letter());
    let mut pauses = Vec::new();
    for _ in 0..3 {
        server.expect_trouble(Trouble::Answer("RCPT", "451 4.3.0 not now, <ada.123456@example.com>"));
        assert_eq!(scene.round().await, 1);
        assert_eq!(scene.round().await, 0, "not before its time");
        let pause = scene.outbox.get(1).next_attempt_at.since(scene.clock.now());
        pauses.push(pause);
        scene.clock.advance(pause);
    }
    let message = scene.outbox.get(1);
    assert_eq!((message.status, message.send_count), (MessageStatus::Abandoned, 3));
    assert!(pauses[0] <= Duration::from_millis(1250), "the first one is quick: {pauses:?}");
    assert!(pauses[1] >= Duration::from_millis(3750), "{pauses:?}");
    scene.clock.advance(Duration::from_secs(86400));
    assert_eq!(scene.round().await, 0);
    for error in scene.outbox.errors() {
        assert!(error.contains("answered 451") && error.contains("not now, <[removed]>"), "{error}");
        assert!(!error.contains("ada."), "{error}");
    }
}

#[tokio::test]
async fn a_refusal_for_good_is_not_tried_again() {
    let server = FakeSmtp::start(Mode::Plain);
    let scene = Scene::new(smtp(&server), 5);
    server.expect_trouble(Trouble::Answer("RCPT", "550 5.1.1 nobody here"));
    scene.put(1, &code_letter());
    let mut hostile = code_letter();
    hostile.to = "a@b.example\r\nRCPT TO:<evil@example.com>".to_owned();
    scene.round().await;
    scene.put(2, &hostile);
    scene.round().await;
    for n in [1, 2] {
        assert_eq!(scene.outbox.get(n).status, MessageStatus::Abandoned);
        assert_eq!(scene.outbox.get(n).send_count, 1);
    }
}

#[tokio::test]
async fn a_failing_message_does_not_hold_up_the_others() {
    let server = FakeSmtp::start(Mode::Plain);
    let scene = Scene::new(smtp(&server), 5);
    scene.put(1, &text_message());
    scene.put(2, &code_letter());
    scene.round().await;
    assert_eq!(scene.outbox.get(1).status, MessageStatus::Queued);
    assert_eq!(scene.outbox.get(2).status, MessageStatus::Sent);
    let errors = scene.outbox.errors();
    let told = errors.iter().find(|error| error.contains("no courier channels configured for: sms"));
    assert!(told.is_some_and(|error| error.contains("`courier.channels`")), "{errors:?}");
}

#[tokio::test]
async fn without_a_mail_server_the_reason_names_the_key() {
    let scene = Scene::new(None, 0);
    scene.put(1, &code_letter());
    scene.round().await;
    assert_eq!(scene.outbox.get(1).status, MessageStatus::Abandoned);
    let error = &scene.outbox.errors()[0];
    assert!(
        error.contains("configured for: email") && error.contains("courier.smtp.connection_uri"),
        "{error}"
    );
}

#[tokio::test]
async fn the_inbox_keeps_what_it_gets() {
    let scene = Scene::new(Some(Outlet::Inbox), 5);
    scene.put(1, &code_letter());
    scene.round().await;
    let message = scene.outbox.get(1);
    assert_eq!(message.status, MessageStatus::Sent);
    assert!(message.payload.is_some());
}

#[tokio::test]
async fn what_cannot_be_opened_is_told_apart_from_what_was_wiped() {
    let scene = Scene::new(Some(Outlet::Inbox), 5);
    scene.put(1, &code_letter());
    scene.put(2, &code_letter());
    scene.outbox.change(1, |message| message.payload = Some(Sealed::new("{\"code\":482915}")));
    scene.outbox.change(2, |message| message.payload = None);
    scene.round().await;
    assert_eq!(scene.outbox.get(1).status, MessageStatus::Queued);
    assert_eq!(scene.outbox.get(2).status, MessageStatus::Abandoned);
    let errors = scene.outbox.errors().join(" ");
    assert!(errors.contains("secrets") && errors.contains("retention") && !errors.contains(CODE), "{errors}");
}

#[tokio::test]
async fn a_lease_that_ended_frees_the_message() {
    let scene = Scene::new(Some(Outlet::Inbox), 1);
    scene.put(1, &code_letter());
    // A worker that claims and dies, twice: the message counts both tries and is then given up.
    for _ in 0..2 {
        assert_eq!(scene.outbox.claim(scene.clock.now(), Duration::from_secs(60), 9).await.unwrap().len(), 1);
        assert_eq!(scene.round().await, 0, "somebody else has it");
        scene.clock.advance(Duration::from_secs(60));
    }
    assert_eq!(scene.round().await, 1);
    assert_eq!(scene.outbox.get(1).status, MessageStatus::Abandoned);
    assert!(scene.outbox.errors()[0].contains("every try ended"));
}

#[tokio::test]
async fn an_outcome_is_recorded_although_the_database_stumbles() {
    let server = FakeSmtp::start(Mode::Plain);
    let scene = Scene::new(smtp(&server), 5);
    scene.put(1, &code_letter());
    scene.outbox.fail_next(0, 2);
    assert_eq!(scene.round().await, 1);
    assert_eq!(scene.outbox.get(1).status, MessageStatus::Sent);
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn a_poke_sends_at_once_and_stopping_finishes_the_batch() {
    let server = FakeSmtp::start(Mode::Plain);
    let mut scene = Scene::new(smtp(&server), 5);
    scene.worker.clock = Arc::new(SystemClock);
    let (outbox, poke) = (scene.outbox.clone(), Arc::clone(&scene.worker.poke));
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(async move {
        scene.worker.run(async { drop(stopped.await) }).await;
    });
    tokio::task::yield_now().await;
    let begun = std::time::Instant::now();
    outbox.put(1, &code_letter(), SystemClock.now());
    poke.notify_one();
    while server.received().is_empty() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert!(begun.elapsed() < Duration::from_millis(900), "before the next look: {:?}", begun.elapsed());
    stop.send(()).unwrap();
    running.await.unwrap();
    assert_eq!(outbox.get(1).status, MessageStatus::Sent);
}

#[tokio::test]
async fn a_worker_outlives_a_database_that_is_down() {
    let scene = Scene::new(Some(Outlet::Inbox), 5);
    scene.put(1, &code_letter());
    scene.outbox.fail_next(20, 0);
    let (outbox, poke) = (scene.outbox.clone(), Arc::clone(&scene.worker.poke));
    let running = tokio::spawn(async move { scene.worker.run(pending()).await });
    while outbox.get(1).status != MessageStatus::Sent {
        assert!(!running.is_finished());
        poke.notify_one();
        tokio::task::yield_now().await;
    }
    running.abort();
}
