//! A rendered mail as MIME: `multipart/alternative` in UTF-8, with headers that cannot be injected into.

use std::time::{Duration, SystemTime};

use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{Bcc, Cc, HeaderName, HeaderValue},
    },
};

use super::config::Sender;
use crate::{
    courier::{delivery::DeliveryError, template::Mail},
    kernel::{MessageId, Timestamp},
};

/// Builds the message for one recipient. `id` makes the `Message-ID`, so a mail that was sent twice can be
/// told by programs that receive it.
pub(super) fn build(
    sender: &Sender,
    id: MessageId,
    to: &str,
    mail: &Mail,
    now: Timestamp,
) -> Result<Message, DeliveryError> {
    // SECURITY: the parser refuses line breaks, so an address cannot begin another command or header
    // (`hostile_recipients_never_reach_the_server`).
    let to =
        to.parse::<Address>().map_err(|_malformed| DeliveryError::hopeless("this is not a mail address"))?;
    let domain = sender.from.email.domain();
    let mut builder = Message::builder()
        .from(sender.from.clone())
        .to(Mailbox::new(None, to))
        .subject(mail.subject.clone())
        .date(system_time(now))
        .message_id(Some(format!("<{id}@{domain}>")))
        // Keeps out-of-office robots quiet; a configured header of this name replaces it.
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ));
    if sender.copies.iter().next().is_some() {
        builder = builder.header(Cc::from(sender.copies.clone()));
    }
    if sender.blind_copies.iter().next().is_some() {
        builder = builder.header(Bcc::from(sender.blind_copies.clone()));
    }
    for header in &sender.headers {
        builder = builder.raw_header(header.clone());
    }
    let text = SinglePart::plain(mail.text.clone());
    let built = match &mail.html {
        None => builder.singlepart(text),
        Some(html) => {
            let boundary = format!("part-{}", id.as_uuid().simple());
            let parts = MultiPart::alternative().boundary(boundary).singlepart(text);
            builder.multipart(parts.singlepart(SinglePart::html(html.clone())))
        }
    };
    built.map_err(|error| DeliveryError::hopeless(format!("no mail can be made of this letter: {error}")))
}

fn system_time(at: Timestamp) -> SystemTime {
    let since_1970 = Duration::from_micros(u64::try_from(at.as_micros()).unwrap_or_default());
    SystemTime::UNIX_EPOCH.checked_add(since_1970).unwrap_or(SystemTime::UNIX_EPOCH)
}
