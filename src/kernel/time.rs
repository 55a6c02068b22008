//! Points in time, always UTC and always whole microseconds, and the clock they come from.

use std::{fmt, sync::Mutex, time::Duration};

use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// A point in time in UTC with microsecond precision.
///
/// One of our databases keeps microseconds, the other could keep more; an untruncated value would not equal
/// itself after a round trip, so truncation happens here and nowhere else.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(#[serde(with = "time::serde::rfc3339")] OffsetDateTime);

/// A span of time as configured for flows, sessions, codes and the like; never negative.
pub type Lifespan = Duration;

impl Timestamp {
    /// Truncates to microseconds and converts to UTC.
    pub fn new(at: OffsetDateTime) -> Self {
        let at = at.to_offset(time::UtcOffset::UTC);
        let whole = at.nanosecond() / 1000 * 1000;
        Self(at.replace_nanosecond(whole).unwrap_or(at))
    }

    /// Reads microseconds since 1970; `None` outside the years that `time` can represent.
    pub fn from_micros(micros: i64) -> Option<Self> {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1000).ok().map(Self)
    }

    /// Microseconds since 1970.
    pub fn as_micros(self) -> i64 {
        i64::try_from(self.0.unix_timestamp_nanos() / 1000).unwrap_or(i64::MAX)
    }

    /// Whole seconds since 1970.
    pub fn as_seconds(self) -> i64 {
        self.0.unix_timestamp()
    }

    /// The same point in time as the type of the `time` crate.
    pub fn as_offset_date_time(self) -> OffsetDateTime {
        self.0
    }

    /// This point in time moved later by `span`, at most to the last representable one.
    #[must_use]
    pub fn plus(self, span: Lifespan) -> Self {
        let span = time::Duration::try_from(span).unwrap_or(time::Duration::MAX);
        Self::new(self.0.saturating_add(span))
    }

    /// This point in time moved earlier by `span`, at most to the first representable one.
    #[must_use]
    pub fn minus(self, span: Lifespan) -> Self {
        let span = time::Duration::try_from(span).unwrap_or(time::Duration::MAX);
        Self::new(self.0.saturating_sub(span))
    }

    /// The time from `earlier` until `self`; zero when `earlier` is not earlier.
    pub fn since(self, earlier: Self) -> Lifespan {
        (self.0 - earlier.0).try_into().unwrap_or(Duration::ZERO)
    }

    /// RFC 3339 text in UTC, as it stands on the wire.
    pub fn to_rfc3339(self) -> String {
        self.0.format(&Rfc3339).unwrap_or_default()
    }

    /// Parses RFC 3339 text; `None` when it is not a date with a time and an offset.
    pub fn parse(text: &str) -> Option<Self> {
        OffsetDateTime::parse(text, &Rfc3339).ok().map(Self::new)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

/// Where the present comes from. Read once per request by the engine; decisions get the value.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// The clock of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system clock")]
    fn now(&self) -> Timestamp {
        Timestamp::new(OffsetDateTime::now_utc())
    }
}

/// A clock that moves only when told to, for tests.
#[derive(Debug)]
pub struct ManualClock(Mutex<Timestamp>);

impl ManualClock {
    /// A clock that stands at `now`.
    pub fn at(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }

    /// Moves the clock later by `span`.
    pub fn advance(&self, span: Lifespan) {
        let mut now = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *now = now.plus(span);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truncates_to_microseconds_and_survives_a_round_trip() {
        let raw = OffsetDateTime::from_unix_timestamp_nanos(1_700_000_000_123_456_789).unwrap();
        let at = Timestamp::new(raw);
        assert_eq!(at.as_micros(), 1_700_000_000_123_456);
        assert_eq!(Timestamp::from_micros(at.as_micros()), Some(at));
        assert_eq!(Timestamp::parse(&at.to_rfc3339()), Some(at));
    }

    #[test]
    fn arithmetic_saturates() {
        let at = Timestamp::from_micros(0).unwrap();
        assert_eq!(at.plus(Duration::from_secs(1)).since(at), Duration::from_secs(1));
        assert_eq!(at.since(at.plus(Duration::from_secs(1))), Duration::ZERO);
        assert!(at.plus(Duration::MAX) > at);
    }
}
