//! The messages of the courier (02 §8.1).

use crate::{
    courier::{KeyOpener, LetterOpener as _},
    engine::{Engine, Visit},
    kernel::{Fault, MessageId},
    outbox::{Attempt, Message},
    store::{MessageQuery, Outbox as _},
    wire::MessageText,
};

/// A message, with its words where they may be shown.
#[derive(Debug)]
pub struct ShownMessage {
    /// The message.
    pub message: Message,
    /// Its words; in development only, because they hold codes.
    pub text: Option<MessageText>,
}

impl Engine {
    /// A part of the list of messages, newest first.
    ///
    /// # Errors
    /// A fault of the system.
    pub async fn messages(&self, visit: &Visit, query: MessageQuery) -> Result<Vec<ShownMessage>, Fault> {
        let messages = self.store().read(move |reader| reader.messages(&query)).await?;
        Ok(messages.into_iter().map(|message| shown(visit, message)).collect())
    }

    /// A message, and the tries to deliver it, newest first.
    ///
    /// # Errors
    /// A fault of the system.
    pub async fn message(
        &self,
        visit: &Visit,
        id: MessageId,
    ) -> Result<Option<(ShownMessage, Vec<Attempt>)>, Fault> {
        let read = self.store().read(move |reader| {
            let Some(message) = reader.message(id)? else { return Ok(None) };
            let attempts = reader.attempts_of(id)?;
            Ok(Some((message, attempts)))
        });
        Ok(read.await?.map(|(message, attempts)| (shown(visit, message), attempts)))
    }
}

fn shown(visit: &Visit, message: Message) -> ShownMessage {
    // SECURITY: whoever reads the words of a message can use the code in it (02 §8.1).
    let text = if visit.runtime.config.dev { text(visit, &message) } else { None };
    ShownMessage { message, text }
}

/// The words of a letter, as it would go out now. Where there are none any more, they are withheld.
fn text(visit: &Visit, message: &Message) -> Option<MessageText> {
    let opener = KeyOpener(visit.runtime.keys.clone());
    let letter = opener.open(message.id, message.payload.as_ref()?).ok()?;
    let rendered = visit.runtime.templates.render(&letter).ok()?;
    Some(MessageText {
        subject: rendered.subject().unwrap_or_default().to_owned(),
        body: rendered.text().to_owned(),
    })
}
