//! Delivers what waits in the outbox: opens a letter, puts it into words, hands it to a channel, and tries
//! again later when that fails.
//!
//! Decides nothing about who gets a letter, and keeps no state of its own besides idle connections: what
//! must survive a crash is in the outbox, behind [`Queue`]. Start reading at [`Worker`].

mod backoff;
mod channel;
mod delivery;
mod extract;
mod http;
mod queue;
mod sample;
mod smtp;
mod store_queue;
mod template;
mod worker;

pub use channel::{Channels, Outlet};
pub use delivery::{DeliveryError, Outlook};
pub use extract::{Clues, clues};
pub use http::HttpOutlet;
pub use queue::{Lease, LetterOpener, Outcome, Queue, Settlement};
pub use sample::letter as sample_letter;
pub use smtp::{SmtpConfig, SmtpMailer, SmtpProblem, SmtpSettings};
pub use store_queue::{KeyOpener, StoreQueue};
pub use template::{
    Converted, GoFile, Mail, Override, OverrideFile, Overrides, Part, RenderFailure, Rendered,
    TemplateProblem, TemplateWarning, Templates, convert_files, is_go, read_go, read_overrides,
    template_data,
};
pub use worker::{CurrentDispatch, Dispatch, Worker};
