//! The outbox: messages under way, and the tries to deliver them.

use diesel::prelude::*;

use super::{
    Hit, StoreError, StoreResult, Tx,
    connection::MultiBackend,
    dialect,
    handle::Statements,
    schema::{attempts, messages},
    types::{Json, RowId, RowTime, can_exist, read_word},
};
use crate::{
    crypto::Sealed,
    kernel::{BoxError, Lifespan, MessageId, Timestamp},
    outbox::{Attempt, Message, MessageStatus, TemplateType},
};

/// Which messages to list; newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MessageQuery {
    /// Those at this point only.
    pub status: Option<MessageStatus>,
    /// Those to this address only.
    pub recipient: Option<String>,
    /// Those that follow this one in the list: when it was queued, and its id.
    pub after: Option<(Timestamp, MessageId)>,
    /// How many at most.
    pub limit: u32,
}

/// Reading the outbox.
pub trait Outbox {
    /// The message with this id.
    fn message(&mut self, id: MessageId) -> StoreResult<Option<Message>>;

    /// The tries to deliver a message, newest first.
    fn attempts_of(&mut self, id: MessageId) -> StoreResult<Vec<Attempt>>;

    /// A part of the list of messages, newest first.
    fn messages(&mut self, query: &MessageQuery) -> StoreResult<Vec<Message>>;

    /// The newest messages, to one address or to all, queued later than the message `after`; newest first. For
    /// the development inbox.
    fn messages_for_inbox(
        &mut self,
        to: Option<&str>,
        after: Option<MessageId>,
        limit: u32,
    ) -> StoreResult<Vec<Message>>;
}

/// Writing the outbox.
pub trait OutboxMut: Outbox {
    /// Queues a message.
    fn insert_message(&mut self, message: &Message) -> StoreResult<()>;

    /// Takes up to `limit` messages that are due, the longest due first, and leases them until `now` plus
    /// `lease`. What was taken and not settled by then is due again. Counts as a try. No two claims get the
    /// same message.
    fn claim_messages(&mut self, now: Timestamp, lease: Lifespan, limit: u32) -> StoreResult<Vec<Message>>;

    /// Records that a claimed message was handed over. This and the two below miss when the lease ran out and
    /// somebody else has the message; `attempt` is kept only when they hit.
    fn mark_sent(&mut self, claimed: &Message, attempt: &Attempt) -> StoreResult<Hit>;

    /// Records that a try failed and puts the message back until `next_attempt_at`.
    fn mark_failed(
        &mut self,
        claimed: &Message,
        attempt: &Attempt,
        next_attempt_at: Timestamp,
    ) -> StoreResult<Hit>;

    /// Gives a claimed message up, after a try or without one.
    fn mark_abandoned(
        &mut self,
        claimed: &Message,
        attempt: Option<&Attempt>,
        now: Timestamp,
    ) -> StoreResult<Hit>;

    /// Deletes all messages, to one address or to all, and tells how many there were. For the development inbox.
    fn delete_messages(&mut self, to: Option<&str>) -> StoreResult<usize>;
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = messages)]
pub(super) struct MessageRow {
    pub(super) id: RowId,
    status: String,
    channel: String,
    recipient: String,
    template: String,
    payload: Option<String>,
    send_count: i32,
    next_attempt_at: RowTime,
    created_at: RowTime,
    updated_at: RowTime,
}

impl MessageRow {
    fn write(message: &Message) -> Self {
        Self {
            id: message.id.into(),
            status: message.status.wire_name().to_owned(),
            channel: message.channel.wire_name().to_owned(),
            recipient: message.recipient.clone(),
            template: message.template.wire_name().to_owned(),
            payload: message.payload.as_ref().map(|sealed| sealed.as_str().to_owned()),
            send_count: message.send_count,
            next_attempt_at: message.next_attempt_at.into(),
            created_at: message.created_at.into(),
            updated_at: message.updated_at.into(),
        }
    }

    fn read(self) -> StoreResult<Message> {
        let id = self.id;
        self.parse().map_err(|source| StoreError::corrupt("messages", id.0, source))
    }

    fn parse(self) -> Result<Message, BoxError> {
        let template = TemplateType::parse(&self.template);
        Ok(Message {
            id: self.id.into(),
            status: read_word(&self.status)?,
            channel: read_word(&self.channel)?,
            recipient: self.recipient,
            template: template.ok_or_else(|| format!("unknown template {}", self.template))?,
            payload: self.payload.map(Sealed::new),
            send_count: self.send_count,
            next_attempt_at: self.next_attempt_at.into(),
            created_at: self.created_at.into(),
            updated_at: self.updated_at.into(),
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = attempts)]
struct AttemptRow {
    id: RowId,
    message_id: RowId,
    error: Option<Json>,
    created_at: RowTime,
}

impl AttemptRow {
    fn write(attempt: &Attempt) -> Result<Self, BoxError> {
        Ok(Self {
            id: attempt.id.into(),
            message_id: attempt.message.into(),
            error: attempt.error.as_ref().map(Json::of).transpose()?,
            created_at: attempt.created_at.into(),
        })
    }

    fn read(self) -> StoreResult<Attempt> {
        let error = self.error.map(|json| json.parse()).transpose();
        Ok(Attempt {
            id: self.id.into(),
            message: self.message_id.into(),
            error: error.map_err(|source| StoreError::corrupt("attempts", self.id.0, source))?,
            created_at: self.created_at.into(),
        })
    }
}

fn newest_first() -> messages::BoxedQuery<'static, MultiBackend> {
    messages::table.order((messages::created_at.desc(), messages::id.desc())).into_boxed::<MultiBackend>()
}

impl<H: Statements> Outbox for H {
    fn message(&mut self, id: MessageId) -> StoreResult<Option<Message>> {
        let query = messages::table.find(RowId::from(id)).select(MessageRow::as_select());
        self.statement(|conn| query.get_result(conn).optional())?.map(MessageRow::read).transpose()
    }

    fn attempts_of(&mut self, id: MessageId) -> StoreResult<Vec<Attempt>> {
        let query = attempts::table
            .filter(attempts::message_id.eq(RowId::from(id)))
            .order((attempts::created_at.desc(), attempts::id.desc()))
            .select(AttemptRow::as_select());
        self.statement(|conn| query.load(conn))?.into_iter().map(AttemptRow::read).collect()
    }

    fn messages(&mut self, query: &MessageQuery) -> StoreResult<Vec<Message>> {
        let mut list = newest_first().limit(query.limit.into());
        if let Some(status) = query.status {
            list = list.filter(messages::status.eq(status.wire_name()));
        }
        if let Some(recipient) = &query.recipient {
            if !can_exist(recipient) {
                return Ok(Vec::new());
            }
            list = list.filter(messages::recipient.eq(recipient.clone()));
        }
        if let Some((at, id)) = query.after {
            let (at, id) = (RowTime(at), RowId::from(id));
            let tied = messages::created_at.eq(at).and(messages::id.lt(id));
            list = list.filter(messages::created_at.lt(at).or(tied));
        }
        let list = list.select(MessageRow::as_select());
        self.statement(|conn| list.load(conn))?.into_iter().map(MessageRow::read).collect()
    }

    fn messages_for_inbox(
        &mut self,
        to: Option<&str>,
        after: Option<MessageId>,
        limit: u32,
    ) -> StoreResult<Vec<Message>> {
        // A message that is gone marks no point in time; then everything that is left counts as later.
        let mark = match after {
            Some(id) => self.message(id)?,
            None => None,
        };
        let mut list = newest_first().limit(limit.into());
        if let Some(to) = to {
            if !can_exist(to) {
                return Ok(Vec::new());
            }
            list = list.filter(messages::recipient.eq(to.to_owned()));
        }
        if let Some(mark) = mark {
            let (at, id) = (RowTime(mark.created_at), RowId::from(mark.id));
            let tied = messages::created_at.eq(at).and(messages::id.gt(id));
            list = list.filter(messages::created_at.gt(at).or(tied));
        }
        let list = list.select(MessageRow::as_select());
        self.statement(|conn| list.load(conn))?.into_iter().map(MessageRow::read).collect()
    }
}

impl OutboxMut for Tx<'_> {
    fn insert_message(&mut self, message: &Message) -> StoreResult<()> {
        let row = MessageRow::write(message);
        self.statement(|conn| diesel::insert_into(messages::table).values(row).execute(conn))?;
        Ok(())
    }

    fn claim_messages(&mut self, now: Timestamp, lease: Lifespan, limit: u32) -> StoreResult<Vec<Message>> {
        let until = now.plus(lease);
        let due = self.statement(|conn| dialect::hold_due_messages(conn, RowTime(now), limit))?;
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let ids = due.iter().map(|row| row.id).collect::<Vec<_>>();
        let held = messages::table.filter(messages::id.eq_any(ids));
        let claimed = (
            messages::status.eq(MessageStatus::Processing.wire_name()),
            messages::send_count.eq(messages::send_count + 1),
            messages::next_attempt_at.eq(RowTime(until)),
            messages::updated_at.eq(RowTime(now)),
        );
        self.statement(|conn| diesel::update(held).set(claimed).execute(conn))?;
        let as_written = |message: Message| Message {
            status: MessageStatus::Processing,
            send_count: message.send_count.saturating_add(1),
            next_attempt_at: until,
            updated_at: now,
            ..message
        };
        due.into_iter().map(|row| row.read().map(as_written)).collect()
    }

    fn mark_sent(&mut self, claimed: &Message, attempt: &Attempt) -> StoreResult<Hit> {
        let end = (MessageStatus::Sent, attempt.created_at);
        settle(self, claimed, end, attempt.created_at, Some(attempt))
    }

    fn mark_failed(
        &mut self,
        claimed: &Message,
        attempt: &Attempt,
        next_attempt_at: Timestamp,
    ) -> StoreResult<Hit> {
        let end = (MessageStatus::Queued, next_attempt_at);
        settle(self, claimed, end, attempt.created_at, Some(attempt))
    }

    fn mark_abandoned(
        &mut self,
        claimed: &Message,
        attempt: Option<&Attempt>,
        now: Timestamp,
    ) -> StoreResult<Hit> {
        settle(self, claimed, (MessageStatus::Abandoned, now), now, attempt)
    }

    fn delete_messages(&mut self, to: Option<&str>) -> StoreResult<usize> {
        match to {
            Some(to) if !can_exist(to) => Ok(0),
            Some(to) => {
                let own = messages::table.filter(messages::recipient.eq(to));
                self.statement(|conn| diesel::delete(own).execute(conn))
            }
            None => self.statement(|conn| diesel::delete(messages::table).execute(conn)),
        }
    }
}

/// Ends a try, unless somebody else has the message by now. Two leases of one message never end at the same
/// time, because the second one begins after the first one ended; so the end names the lease.
fn settle(
    tx: &mut Tx<'_>,
    claimed: &Message,
    (status, next_attempt_at): (MessageStatus, Timestamp),
    now: Timestamp,
    attempt: Option<&Attempt>,
) -> StoreResult<Hit> {
    let leased = messages::table
        .find(RowId::from(claimed.id))
        .filter(messages::status.eq(MessageStatus::Processing.wire_name()))
        .filter(messages::next_attempt_at.eq(RowTime(claimed.next_attempt_at)));
    let settled = (
        messages::status.eq(status.wire_name()),
        messages::next_attempt_at.eq(RowTime(next_attempt_at)),
        messages::updated_at.eq(RowTime(now)),
    );
    let rows = tx.statement(|conn| diesel::update(leased).set(settled).execute(conn))?;
    if let (Hit::One, Some(attempt)) = (Hit::of(rows), attempt) {
        let row = AttemptRow::write(attempt).map_err(StoreError::Database)?;
        tx.statement(|conn| diesel::insert_into(attempts::table).values(row).execute(conn))?;
    }
    Ok(Hit::of(rows))
}
