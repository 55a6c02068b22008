//! The outbox as a developer reads it: letters opened and worded, whatever channel takes them away.
//!
//! Only for the development inbox, because it shows every code.

use std::time::Duration;

use super::Engine;
use crate::{
    config::{Config, MailChannel},
    courier::{Clues, KeyOpener, LetterOpener as _, Rendered, clues},
    identity::Channel,
    kernel::{Fault, MessageId, Timestamp},
    outbox::{Letter, Message, TemplateType},
    runtime::Runtime,
    store::{Outbox as _, OutboxMut as _},
};

/// How many letters the inbox shows at most.
const SHOWN: u32 = 100;

/// How often somebody who waits for a letter looks. Asking the database instead of listening to our own
/// commits also finds what another process has queued.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A letter as its reader gets it.
#[derive(Clone, PartialEq, Eq)]
pub struct InboxLetter {
    /// The id of its row in the outbox.
    pub id: MessageId,
    /// How it gets there.
    pub channel: Channel,
    /// The address it goes to.
    pub to: String,
    /// The address it comes from, where one is configured.
    pub from: Option<String>,
    /// Its subject; text messages have none.
    pub subject: Option<String>,
    /// Its plain text; `None` when it can no longer be read.
    pub text: Option<String>,
    /// Its HTML, when it has some.
    pub html: Option<String>,
    /// The template that worded it.
    pub template: TemplateType,
    /// The code in it.
    pub code: Option<String>,
    /// The link in it.
    pub link: Option<String>,
    /// When it was queued.
    pub created_at: Timestamp,
}

impl Engine {
    /// The newest letters, to one address or to all, newest first.
    ///
    /// # Errors
    /// A fault of the system.
    pub async fn inbox(&self, runtime: &Runtime, to: Option<&str>) -> Result<Vec<InboxLetter>, Fault> {
        let to = to.map(str::to_owned);
        let found = self.store().read(move |reader| reader.messages_for_inbox(to.as_deref(), None, SHOWN));
        Ok(found.await?.into_iter().map(|message| read(runtime, message)).collect())
    }

    /// One letter.
    ///
    /// # Errors
    /// A fault of the system.
    pub async fn inbox_letter(&self, runtime: &Runtime, id: MessageId) -> Result<Option<InboxLetter>, Fault> {
        let found = self.store().read(move |reader| reader.message(id)).await?;
        Ok(found.map(|message| read(runtime, message)))
    }

    /// The newest letter that came after another one, as soon as there is one; `None` when there is none in
    /// time.
    ///
    /// # Errors
    /// A fault of the system.
    pub async fn await_letter(
        &self,
        runtime: &Runtime,
        to: Option<&str>,
        after: Option<MessageId>,
        patience: Duration,
    ) -> Result<Option<InboxLetter>, Fault> {
        let look = async {
            loop {
                let to = to.map(str::to_owned);
                let found =
                    self.store().read(move |reader| reader.messages_for_inbox(to.as_deref(), after, 1));
                if let Some(newest) = found.await?.into_iter().next() {
                    return Ok(newest);
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        match tokio::time::timeout(patience, look).await {
            Ok(found) => found.map(|message| Some(read(runtime, message))),
            Err(_elapsed) => Ok(None),
        }
    }

    /// Deletes all letters, delivered or not, and tells how many there were.
    ///
    /// # Errors
    /// A fault of the system.
    pub async fn empty_inbox(&self) -> Result<usize, Fault> {
        Ok(self.store().write(move |tx| tx.delete_messages(None)).await?)
    }
}

fn read(runtime: &Runtime, message: Message) -> InboxLetter {
    let letter = open(runtime, &message);
    let Clues { code, link } = letter.as_ref().map(clues).unwrap_or_default();
    let rendered = letter.and_then(|letter| word(runtime, &letter));
    let part = |of: fn(&Rendered) -> Option<&str>| rendered.as_ref().and_then(of).map(str::to_owned);
    InboxLetter {
        id: message.id,
        channel: message.channel,
        from: from(&runtime.config, message.channel),
        to: message.recipient,
        subject: part(Rendered::subject),
        text: part(|rendered| Some(rendered.text())),
        html: part(Rendered::html),
        template: message.template,
        code,
        link,
        created_at: message.created_at,
    }
}

/// Opens what is sealed. Letters that were wiped, or sealed with a key that is gone, show their envelope only.
fn open(runtime: &Runtime, message: &Message) -> Option<Letter> {
    let sealed = message.payload.as_ref()?;
    KeyOpener(runtime.keys.clone())
        .open(message.id, sealed)
        .inspect_err(|fault| tracing::warn!("the inbox cannot show a letter: {fault}"))
        .ok()
}

fn word(runtime: &Runtime, letter: &Letter) -> Option<Rendered> {
    runtime
        .templates
        .render(letter)
        .inspect_err(|failure| tracing::warn!("the inbox cannot show a letter: {failure}"))
        .ok()
}

fn from(config: &Config, channel: Channel) -> Option<String> {
    match (channel, &config.courier.mail) {
        (Channel::Email, Some(MailChannel::Smtp(smtp))) => Some(smtp.from_address.clone()),
        (Channel::Email, Some(MailChannel::Http(_)) | None) | (Channel::Sms, _) => None,
    }
}
