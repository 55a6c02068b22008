//! Mail by SMTP: one validated configuration, a few kept connections, one MIME message per letter.
//!
//! The dialogue and the MIME encoding are `lettre`'s; dialling is ours, because its own has neither
//! `TCP_NODELAY` (44 ms per mail) nor the address guard, reads client certificates in the wrong encoding,
//! and shares no TLS configuration. Start at [`SmtpMailer::deliver`].

mod config;
mod dial;
mod login;
mod mailer;
mod mime;
mod stream;

pub use config::{SmtpConfig, SmtpProblem, SmtpSettings};
pub use mailer::SmtpMailer;
