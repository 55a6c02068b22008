//! Sends mails over a few kept connections.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use lettre::transport::smtp::{Error, client::AsyncSmtpConnection};
use tokio::time::{Instant, timeout};

use super::{SmtpConfig, SmtpProblem, config::Sender, dial::Dialler, mime};
use crate::{
    courier::{
        delivery::{DeliveryError, Outlook},
        template::Mail,
    },
    kernel::{MessageId, Timestamp},
    net::Trust,
};

/// Connections kept while there is nothing to send.
const MOST_IDLE: usize = 4;
/// After this a kept connection is given up: servers do the same after some minutes.
const LONGEST_IDLE: Duration = Duration::from_secs(60);
/// How long a kept connection may take to show that it still works.
const PULSE: Duration = Duration::from_secs(2);

/// A sender of mails. Cheap to build; connects when the first mail goes out.
pub struct SmtpMailer {
    sender: Sender,
    dialler: Dialler,
    patience: Duration,
    idle: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
}

impl std::fmt::Debug for SmtpMailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpMailer").finish_non_exhaustive()
    }
}

impl SmtpMailer {
    /// Prepares to send by this configuration, and reads the client certificate if it names one.
    ///
    /// # Errors
    /// The client certificate or the server name is unusable.
    pub fn build(config: SmtpConfig, trust: &Trust) -> Result<Self, SmtpProblem> {
        let dialler = Dialler::build(&config, trust)?;
        Ok(Self { dialler, patience: config.patience, sender: config.sender, idle: Mutex::default() })
    }

    /// The sender, as mail programs show it.
    pub fn from(&self) -> String {
        self.sender.from.to_string()
    }

    /// Hands one mail to the server, and returns when the server has taken it.
    ///
    /// # Errors
    /// The server refused, or cannot be reached.
    pub async fn deliver(
        &self,
        id: MessageId,
        to: &str,
        mail: &Mail,
        now: Timestamp,
    ) -> Result<(), DeliveryError> {
        let message = mime::build(&self.sender, id, to, mail, now)?;
        let mut connection = match self.reuse().await {
            Some(connection) => connection,
            None => self.dialler.dial().await?,
        };
        let bytes = message.formatted();
        let sent = timeout(self.patience, connection.send(message.envelope(), &bytes)).await;
        let sent = sent.map_err(|_elapsed| {
            DeliveryError::passing(format!(
                "the mail server did not take the mail within {:?}",
                self.patience
            ))
        })?;
        sent.map_err(failure)?;
        self.keep(connection);
        Ok(())
    }

    /// Connects, introduces us and logs in as for a mail, and leaves without one.
    ///
    /// # Errors
    /// Whatever would keep a mail from being taken.
    pub async fn try_connection(&self) -> Result<(), DeliveryError> {
        let mut connection = self.dialler.dial().await?;
        timeout(PULSE, connection.abort()).await.ok();
        Ok(())
    }

    /// Says goodbye on all kept connections.
    pub async fn close(&self) {
        for (mut connection, _) in self.take_idle() {
            timeout(PULSE, connection.abort()).await.ok();
        }
    }

    /// A kept connection that still works. Asking costs one round trip, and spares the mail that would be
    /// lost between two servers, or sent twice, when a connection breaks in the middle of it.
    async fn reuse(&self) -> Option<AsyncSmtpConnection> {
        loop {
            let (mut connection, since) = self.pop_idle()?;
            let is_fresh = since.elapsed() < LONGEST_IDLE;
            if is_fresh && timeout(PULSE, connection.test_connected()).await == Ok(true) {
                return Some(connection);
            }
        }
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MOST_IDLE && !connection.has_broken() {
            idle.push((connection, Instant::now()));
        }
    }

    fn pop_idle(&self) -> Option<(AsyncSmtpConnection, Instant)> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn take_idle(&self) -> Vec<(AsyncSmtpConnection, Instant)> {
        std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Sorts a failure of the dialogue.
pub(super) fn failure(error: Error) -> DeliveryError {
    let status = error.status().map(u16::from);
    // 530 to 538 speak about our login and encryption, which the operator can mend without losing the mail.
    let is_ours = status.is_some_and(|status| (530..=538).contains(&status));
    // A client error here is an address with characters that this server does not take.
    let is_final = (error.is_permanent() && !is_ours) || error.is_client();
    let outlook = if is_final { Outlook::Hopeless } else { Outlook::Passing };
    let said = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    let reason = match status {
        Some(code) => format!("the mail server answered {code} {said}"),
        None => format!("the dialogue with the mail server broke off: {error}"),
    };
    DeliveryError { outlook, status, reason }
}
