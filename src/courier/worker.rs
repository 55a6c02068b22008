//! The worker: claims what is due, words it, delivers it, and records what became of it.

use std::{future::Future, pin::pin, sync::Arc, time::Duration};

use futures_util::{StreamExt as _, stream};
use tokio::{sync::Notify, time::sleep};

use super::{
    Channels, DeliveryError, Lease, LetterOpener, Outcome, Outlook, Queue, Settlement, Templates, backoff,
};
use crate::{
    kernel::{AttemptId, Clock, Entropy, Fault, MessageId, Seed, Timestamp},
    outbox::{Attempt, Letter, Message},
};

/// Deliveries at the same time.
const CONCURRENCY: usize = 4;
/// How long a claim lasts: well above what one batch takes at worst, and the time that a crash delays.
const LEASE: Duration = Duration::from_secs(120);
/// Tries to record an outcome; a mail that was sent and not recorded would be sent again.
const RECORD_TRIES: u32 = 4;
/// The pause after the first of them; each further one is four times as long.
const RECORD_PAUSE: Duration = Duration::from_millis(100);
/// The pause after the database failed, growing up to the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// With what one batch is delivered. Built from the configuration as a whole and replaced as a whole.
#[derive(Debug)]
pub struct Dispatch {
    /// The templates.
    pub templates: Arc<Templates>,
    /// The outlets.
    pub channels: Channels,
    /// `courier.message_retries`: tries after the first one.
    pub message_retries: u32,
    /// `courier.worker.pull_count`: messages claimed at once.
    pub pull_count: u32,
    /// `courier.worker.pull_wait`: how long to wait for a poke before looking again.
    pub pull_wait: Duration,
}

impl Dispatch {
    /// Puts one letter into words and hands it over, once.
    ///
    /// # Errors
    /// It cannot be put into words, has no way out, or was not taken.
    pub async fn send(&self, id: MessageId, letter: &Letter, now: Timestamp) -> Result<(), DeliveryError> {
        // A template can be mended and reloaded before the tries run out.
        let words =
            self.templates.render(letter).map_err(|error| DeliveryError::passing(error.to_string()))?;
        self.channels.deliver(id, letter, &words, now).await
    }

    /// Messages claimed at once, within what is sensible whatever is configured.
    fn batch_size(&self) -> u32 {
        self.pull_count.clamp(1, 1000)
    }
}

/// Gives the [`Dispatch`] that is current.
pub type CurrentDispatch = Arc<dyn Fn() -> Arc<Dispatch> + Send + Sync>;

/// Delivers what waits in the outbox. Any number of workers, in any number of processes, may share an outbox.
pub struct Worker<Q, O> {
    /// The outbox.
    pub queue: Q,
    /// Opens letters.
    pub opener: O,
    /// The current configuration.
    pub dispatch: CurrentDispatch,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness for ids and jitter.
    pub entropy: Arc<dyn Entropy>,
    /// Notified (`notify_one`) after each commit that queued something, so nobody waits for the next look.
    pub poke: Arc<Notify>,
}

impl<Q: Queue, O: LetterOpener> Worker<Q, O> {
    /// Works until `stop` is ready. A batch that has begun is finished first. A failing database slows the
    /// worker down and never ends it.
    pub async fn run(&self, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        let mut pause = FIRST_PAUSE;
        let mut dispatch = (self.dispatch)();
        loop {
            let wait = match self.round_with(&dispatch).await {
                // A full batch: there is probably more.
                Ok(done) if u32::try_from(done).is_ok_and(|done| done >= dispatch.batch_size()) => {
                    Duration::ZERO
                }
                Ok(_) => {
                    pause = FIRST_PAUSE;
                    dispatch.pull_wait
                }
                Err(fault) => {
                    tracing::error!(
                        error = cause(&fault),
                        retry_in = ?pause,
                        "the courier could not look for messages: check the database"
                    );
                    let wait = pause;
                    pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
                    wait
                }
            };
            // Stopping comes first, also while there is always more to do.
            tokio::select! {
                biased;
                () = &mut stop => break,
                () = self.poke.notified() => {}
                () = sleep(wait) => {}
            }
            let current = (self.dispatch)();
            if !Arc::ptr_eq(&current, &dispatch) {
                dispatch.channels.close().await;
                dispatch = current;
            }
        }
        dispatch.channels.close().await;
    }

    /// One look at the outbox: claims a batch and delivers it. Returns how many messages it had.
    ///
    /// # Errors
    /// Nothing could be claimed. Failures of single messages are recorded with them instead.
    pub async fn round(&self) -> Result<usize, Fault> {
        self.round_with(&(self.dispatch)()).await
    }

    async fn round_with(&self, dispatch: &Dispatch) -> Result<usize, Fault> {
        let now = self.clock.now();
        let seed = self.entropy.seed();
        let batch = self.queue.claim(now, LEASE, dispatch.batch_size()).await?;
        let count = batch.len();
        stream::iter(batch)
            .map(|message| self.handle(dispatch, message, seed))
            .buffer_unordered(CONCURRENCY)
            .collect::<()>()
            .await;
        Ok(count)
    }

    async fn handle(&self, dispatch: &Dispatch, message: Message, seed: Seed) {
        let now = self.clock.now();
        if now >= message.next_attempt_at {
            // The batch took longer than the lease; another worker may have it by now.
            return;
        }
        let seed = seed.child(&message.id.to_string());
        let letter = self.open(&message);
        let tried = match &letter {
            _ if tries(&message) > dispatch.message_retries.saturating_add(1) => {
                Err(DeliveryError::hopeless("every try ended before its outcome could be recorded"))
            }
            Ok(letter) => dispatch.send(message.id, letter, now).await,
            Err(error) => Err(error.clone()),
        };
        let ended = self.clock.now();
        let outcome = outcome(&tried, &message, dispatch, ended, &seed);
        report(&message, &tried, outcome);
        let error = tried.err().map(|error| error.for_record(letter.as_ref().ok()));
        let attempt = Attempt {
            id: AttemptId::sortable(ended, &mut seed.stream("attempt")),
            message: message.id,
            error,
            created_at: ended,
        };
        self.record(Settlement { claimed: message, outcome, attempt }).await;
    }

    fn open(&self, message: &Message) -> Result<Letter, DeliveryError> {
        let wiped = || DeliveryError::hopeless("its content was wiped when its retention ended");
        let sealed = message.payload.as_ref().ok_or_else(wiped)?;
        self.opener.open(message.id, sealed).map_err(|fault| {
            tracing::error!(
                message.id = %message.id,
                error = cause(&fault),
                "a message could not be opened"
            );
            DeliveryError::passing(
                "it could not be opened: are the secrets it was sealed with still configured?",
            )
        })
    }

    async fn record(&self, settlement: Settlement) {
        let message = settlement.claimed.id;
        let mut pause = RECORD_PAUSE;
        for tries_left in (0..RECORD_TRIES).rev() {
            match self.queue.settle(settlement.clone()).await {
                Ok(Lease::Held) => return,
                Ok(Lease::Lost) => {
                    tracing::warn!(message.id = %message, "a delivery outlasted its lease, so it may happen twice");
                    return;
                }
                Err(fault) => tracing::error!(
                    message.id = %message,
                    error = cause(&fault),
                    tries_left,
                    "the outcome of a delivery could not be recorded"
                ),
            }
            if tries_left > 0 {
                sleep(pause).await;
                pause = pause.saturating_mul(4);
            }
        }
    }
}

/// Tries so far, this one included.
fn tries(message: &Message) -> u32 {
    u32::try_from(message.send_count).unwrap_or_default()
}

fn outcome(
    tried: &Result<(), DeliveryError>,
    message: &Message,
    dispatch: &Dispatch,
    now: Timestamp,
    seed: &Seed,
) -> Outcome {
    match tried {
        Ok(()) => Outcome::Sent,
        Err(error) if error.outlook == Outlook::Hopeless => Outcome::Abandoned,
        Err(_) if tries(message) > dispatch.message_retries => Outcome::Abandoned,
        Err(_) => Outcome::RetryAt(now.plus(backoff::pause(tries(message), &mut seed.stream("back-off")))),
    }
}

/// A fault as the log takes it, with all its causes.
fn cause(fault: &Fault) -> &(dyn std::error::Error + 'static) {
    fault
}

/// Says in the log what became of a try, without recipient, subject and what the server said.
fn report(message: &Message, tried: &Result<(), DeliveryError>, outcome: Outcome) {
    let (id, template, channel) = (message.id, message.template.wire_name(), message.channel.wire_name());
    let status = tried.as_ref().err().and_then(|error| error.status);
    match outcome {
        Outcome::Sent => tracing::info!(message.id = %id, template, channel, "a message was sent"),
        Outcome::RetryAt(at) => tracing::warn!(
            message.id = %id, template, channel, smtp.status = status, tries = tries(message), next = ?at,
            "a message could not be sent and will be tried again: the reason is with its dispatches in the admin API"
        ),
        Outcome::Abandoned => tracing::error!(
            message.id = %id, template, channel, smtp.status = status, tries = tries(message),
            "a message was given up: the reason is with its dispatches in the admin API"
        ),
    }
}
