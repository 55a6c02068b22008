//! How much and how long a listener puts up with (02 §1.8, 03 §11.2).

use std::time::Duration;

/// Request bodies beyond this are refused: 5 MiB.
pub const BODY_BYTES: usize = 5 * 1024 * 1024;

/// How much of a refused body is still read and thrown away, so that a client that sends first and reads
/// later gets to see the answer instead of a closed connection.
pub const DRAINED_BYTES: usize = 4 * BODY_BYTES;

/// How long a body may take to arrive.
pub const BODY_TIME: Duration = Duration::from_secs(30);

/// How long the head of a request may take to arrive.
pub const HEAD_TIME: Duration = Duration::from_secs(5);

/// How long an idle connection of the public listener stays open.
pub const PUBLIC_IDLE_TIME: Duration = Duration::from_secs(120);

/// How long an idle connection of the admin listener stays open.
pub const ADMIN_IDLE_TIME: Duration = Duration::from_secs(600);

/// A form or a query may have this many fields. A field of two bytes costs fifty in memory.
pub const FIELDS: usize = 4096;

/// A JSON body may have this many values, for the same reason.
pub const JSON_VALUES: usize = 100_000;

/// A request may have this many cookies; what comes after them is passed over.
pub const COOKIES: usize = 200;
