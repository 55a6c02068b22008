//! How letters leave: one outlet per channel, as configured.

use super::{DeliveryError, HttpOutlet, Rendered, SmtpMailer};
use crate::{
    identity::Channel,
    kernel::{MessageId, Timestamp},
    outbox::Letter,
};

/// A way out for letters.
#[derive(Debug)]
pub enum Outlet {
    /// A mail server.
    Smtp(Box<SmtpMailer>),
    /// A service over HTTP.
    Http(Box<HttpOutlet>),
    /// Nowhere: the letter stays where the development inbox shows it, and counts as sent.
    Inbox,
}

/// The outlets that are configured.
#[derive(Debug, Default)]
pub struct Channels {
    /// For mail.
    pub email: Option<Outlet>,
    /// For text messages.
    pub sms: Option<Outlet>,
}

impl Channels {
    /// Hands a letter to the outlet of its channel.
    pub(super) async fn deliver(
        &self,
        id: MessageId,
        letter: &Letter,
        words: &Rendered,
        now: Timestamp,
    ) -> Result<(), DeliveryError> {
        let outlet = match letter.channel {
            Channel::Email => &self.email,
            Channel::Sms => &self.sms,
        };
        match (outlet, words) {
            (Some(Outlet::Inbox), _) => Ok(()),
            (Some(Outlet::Smtp(mailer)), Rendered::Mail(mail)) => {
                mailer.deliver(id, &letter.to, mail, now).await
            }
            (Some(Outlet::Http(service)), _) => service.deliver(letter, words).await,
            (Some(Outlet::Smtp(_)), Rendered::Sms(_)) | (None, _) => Err(no_channel(letter.channel)),
        }
    }

    /// Ends kept connections.
    pub async fn close(&self) {
        for outlet in [&self.email, &self.sms].into_iter().flatten() {
            match outlet {
                Outlet::Smtp(mailer) => mailer.close().await,
                Outlet::Http(_) | Outlet::Inbox => {}
            }
        }
    }
}

fn no_channel(channel: Channel) -> DeliveryError {
    let remedy = match channel {
        Channel::Email => "set `courier.smtp.connection_uri`",
        Channel::Sms => "add one with the id `sms` to `courier.channels`",
    };
    DeliveryError::passing(format!("no courier channels configured for: {}; {remedy}", channel.wire_name()))
}
