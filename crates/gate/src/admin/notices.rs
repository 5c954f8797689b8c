//! Messages to users: what was assigned to them, what fell due, what changed on what they follow.

use crate::{Ctx, Error, Gate, Result};
use guanxi_model::{Message, RecordId};
use guanxi_store::notices;
use jiff::Timestamp;
use std::borrow::Cow;

/// A message to a user.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Its id.
    pub id: i64,
    /// When it was sent.
    pub at: Timestamp,
    /// What it says, in the reader's language.
    pub text: String,
    /// The object of the record it is about; empty when about none.
    pub object: String,
    /// The record it is about.
    pub record: Option<RecordId>,
    /// Whether it was read.
    pub read: bool,
}

impl Gate {
    /// The caller's messages, newest first.
    pub fn notices(&self, ctx: &Ctx, limit: usize) -> Result<Vec<Notice>> {
        let user = ctx.subject.user;
        let rows =
            self.0.store.read::<_, Error>(|conn| Ok(notices::of_user(conn, user, false, None, limit)?))?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let args: Vec<(String, String)> = serde_json::from_value(row.data).unwrap_or_default();
                let args = args.into_iter().map(|(name, value)| (Cow::Owned(name), value)).collect();
                let message = Message { key: Cow::Owned(row.kind), args };
                Notice {
                    id: row.id.0,
                    at: Timestamp::from_millisecond(row.at).unwrap_or_default(),
                    text: self.phrases().say(ctx.locale, &message),
                    object: row.object.unwrap_or_default(),
                    record: row.record,
                    read: row.read_at.is_some(),
                }
            })
            .collect())
    }

    /// How many the caller has not read.
    pub fn unread_notices(&self, ctx: &Ctx) -> Result<i64> {
        self.0.store.read(|conn| Ok(notices::unread(conn, ctx.subject.user)?))
    }

    /// Marks one as read, or all of them when none is named.
    pub fn read_notices(&self, ctx: &Ctx, id: Option<i64>) -> Result<()> {
        let (user, now) = (ctx.subject.user, ctx.now.as_millisecond());
        let ids: Vec<RecordId> = match id {
            Some(id) => vec![RecordId(id)],
            None => self.notices(ctx, 500)?.iter().filter(|n| !n.read).map(|n| RecordId(n.id)).collect(),
        };
        self.0.store.write(move |conn| Ok(notices::mark_read(conn, user, &ids, now).map(drop)?))
    }
}
