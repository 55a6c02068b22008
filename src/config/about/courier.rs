//! `courier`.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    ("courier.delivery_strategy", "Whether mail leaves by a mail server or by a request to a service."),
    ("courier.message_retries", "How often a letter is tried again after its first try."),
    ("courier.worker.pull_count", "How many letters are taken at once."),
    ("courier.worker.pull_wait", "How long the courier rests when there is nothing to do."),
    (
        "courier.template_override_path",
        "A folder with templates of your own; a relative path starts at the working directory.",
    ),
    (
        "courier.templates.{recovery,recovery_code,verification,verification_code}.invalid.email.{subject,body.html,body.plaintext}",
        "A part of the letter to an address that nobody has; a source.",
    ),
    (
        "courier.templates.{recovery,recovery_code,verification,verification_code,registration_code,login_code}.valid.email.{subject,body.html,body.plaintext}",
        "A part of the letter; a source.",
    ),
    (
        "courier.templates.{recovery,recovery_code,verification,verification_code,registration_code,login_code}.valid.sms.body.plaintext",
        "The text message; a source.",
    ),
    (
        "courier.templates.verifiable_address_changed.email.{subject,body.html,body.plaintext}",
        "A part of the letter to an address that was changed; a source.",
    ),
    (
        "courier.templates.verifiable_address_changed.sms.body.plaintext",
        "The text message to a number that was changed; a source.",
    ),
    (
        "courier.smtp.connection_uri",
        "The mail server, with user and password: smtps:// is encrypted from the start, smtp:// within. Without it, letters are written and not sent.",
    ),
    (
        "courier.smtp.{client_cert_path,client_key_path}",
        "A certificate and its key, PEM, to prove ourselves to the mail server.",
    ),
    (
        "courier.smtp.from_address",
        "The address that letters come from; by default no-reply at the public host, with a warning.",
    ),
    ("courier.smtp.from_name", "The name that letters come from."),
    ("courier.smtp.headers", "Further headers of letters."),
    ("courier.smtp.local_name", "How we name ourselves to the mail server."),
    ("courier.channels", "Further ways for messages to leave."),
    ("courier.channels.*.id", "What leaves this way: sms."),
    ("courier.channels.*.type", "How it leaves: by HTTP."),
];
