//! Ids that cannot be mixed up: one type per kind of thing.

use std::{fmt, hash::Hash, marker::PhantomData, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::{Builder, Uuid};

use super::{Stream, Timestamp};

/// A UUID that names a thing of kind `K`. The kind exists at compile time only.
pub struct Id<K>(Uuid, PhantomData<fn() -> K>);

/// The kinds of things that have ids.
pub mod kind {
    /// A self-service flow.
    pub enum Flow {}
    /// An identity.
    pub enum Identity {}
    /// A credential of an identity.
    pub enum Credential {}
    /// A verifiable or recovery address.
    pub enum Address {}
    /// A session.
    pub enum Session {}
    /// A device record of a session.
    pub enum Device {}
    /// A one-time code or link token.
    pub enum Code {}
    /// A row of the outbox: a letter or a webhook call.
    pub enum Message {}
    /// One try to deliver a message.
    pub enum Attempt {}
    /// An error kept for the error page.
    pub enum Error {}
    /// A row of the audit trail.
    pub enum Audit {}
    /// A session that an app picks up.
    pub enum Exchange {}
}

/// Names a self-service flow; random, because a flow of a native client is readable by whoever knows it.
pub type FlowId = Id<kind::Flow>;
/// Names an identity.
pub type IdentityId = Id<kind::Identity>;
/// Names a credential.
pub type CredentialId = Id<kind::Credential>;
/// Names an address.
pub type AddressId = Id<kind::Address>;
/// Names a session.
pub type SessionId = Id<kind::Session>;
/// Names a device record.
pub type DeviceId = Id<kind::Device>;
/// Names a one-time code or link token.
pub type CodeId = Id<kind::Code>;
/// Names an outbox row.
pub type MessageId = Id<kind::Message>;
/// Names a delivery attempt.
pub type AttemptId = Id<kind::Attempt>;
/// Names a stored error.
pub type ErrorId = Id<kind::Error>;
/// Names an audit row.
pub type AuditId = Id<kind::Audit>;
/// Names a session that an app picks up.
pub type ExchangeId = Id<kind::Exchange>;

impl<K> Id<K> {
    /// Wraps a UUID that is known to name a `K`.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }

    /// A random id (UUID version 4): cannot be guessed and tells nothing about its age.
    pub fn random(stream: &mut Stream) -> Self {
        Self::from_uuid(Builder::from_random_bytes(stream.bytes()).into_uuid())
    }

    /// An id that sorts by age (UUID version 7), for keys that are paged through.
    pub fn sortable(now: Timestamp, stream: &mut Stream) -> Self {
        let millis = u64::try_from(now.as_micros() / 1000).unwrap_or_default();
        Self::from_uuid(Builder::from_unix_timestamp_millis(millis, &stream.bytes()).into_uuid())
    }

    /// The UUID.
    pub const fn as_uuid(self) -> Uuid {
        self.0
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<K> FromStr for Id<K> {
    type Err = uuid::Error;
    /// Accepts the hyphenated form only: the lenient forms of the parser would give one thing several names.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let uuid = Uuid::try_parse(text)?;
        if text.len() == 36 { Ok(Self::from_uuid(uuid)) } else { Uuid::try_parse("").map(Self::from_uuid) }
    }
}
impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Uuid::deserialize(deserializer).map(Self::from_uuid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Seed;

    #[test]
    fn parses_the_hyphenated_form_only() {
        let id = FlowId::random(&mut Seed::new([3; 32]).stream("id"));
        assert_eq!(id.to_string().parse::<FlowId>().unwrap(), id);
        assert_eq!(id.as_uuid().get_version_num(), 4);
        assert!(id.as_uuid().simple().to_string().parse::<FlowId>().is_err());
        assert!("x".parse::<FlowId>().is_err());
    }

    #[test]
    fn sortable_ids_sort_by_age() {
        let mut stream = Seed::new([3; 32]).stream("id");
        let early = IdentityId::sortable(Timestamp::from_micros(1_000_000).unwrap(), &mut stream);
        let late = IdentityId::sortable(Timestamp::from_micros(2_000_000).unwrap(), &mut stream);
        assert!(early < late);
    }
}
