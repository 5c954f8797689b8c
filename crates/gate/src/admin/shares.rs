//! Sharing a record with a colleague or a department beyond what roles allow.

use crate::{Ctx, Error, Gate, Record, Result, Tx};
use guanxi_model::{Message, RecordId, access::action};
use guanxi_store::shares::{self, NewShare, With};
use jiff::civil::Date;

/// A sharing: with a user or a department.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    /// The user.
    pub user: Option<RecordId>,
    /// Or everyone in this department.
    pub department: Option<RecordId>,
    /// To edit, not only to read.
    pub edit: bool,
    /// The last day; none until it is taken back.
    pub until: Option<Date>,
}

impl Gate {
    /// Shares a record with a user or department. Needs the right to share it.
    pub fn share(&self, ctx: &Ctx, object: &str, id: RecordId, with: Share) -> Result<()> {
        let target = with_of(&with)?;
        if with.until.is_some_and(|until| until < ctx.today) {
            return Err(Error::invalid("until", "range", Message::new("gate.share_until")));
        }
        self.may_share(ctx, object, id)?;
        let end = with.until.and_then(|date| date.tomorrow().ok());
        let share = NewShare {
            object: object.to_owned(),
            record: id,
            with: target,
            level: if with.edit { "edit" } else { "read" }.to_owned(),
            until: end
                .and_then(|d| d.to_zoned(ctx.zone.clone()).ok())
                .map(|z| z.timestamp().as_millisecond()),
            created_at: ctx.now.as_millisecond(),
            created_by: (ctx.subject.user.0 > 0).then_some(ctx.subject.user),
        };
        self.write(ctx, move |tx| {
            shares::add(&mut tx.conn, &share)?;
            let record = tx.get(&share.object, share.record)?;
            let data =
                serde_json::json!({ "user": with.user, "department": with.department, "level": share.level });
            tx.event(&record, "shared", data)?;
            if let Some(user) = with.user {
                let by = tx.ctx.subject.name.clone();
                let message =
                    Message::new("gate.shared_with_you").with("title", record.title()).with("by", by);
                tx.notify(user, &record, message)?;
            }
            Ok(())
        })
    }

    /// With whom a record is shared.
    pub fn shares(&self, ctx: &Ctx, object: &str, id: RecordId) -> Result<Vec<Share>> {
        self.get(ctx, object, id)?;
        let now = ctx.now.as_millisecond();
        let rows = self.0.store.read::<_, Error>(|conn| Ok(shares::of_record(conn, id, now)?))?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let (user, department) = match row.share.with {
                    With::User(user) => (Some(user), None),
                    With::Department(department) => (None, Some(department)),
                };
                let until = row
                    .share
                    .until
                    .and_then(|millis| jiff::Timestamp::from_millisecond(millis - 1).ok())
                    .map(|at| crate::date_of(at, &ctx.zone));
                Share { user, department, edit: row.share.level == "edit", until }
            })
            .collect())
    }

    /// Takes a sharing back.
    pub fn unshare(&self, ctx: &Ctx, object: &str, id: RecordId, with: Share) -> Result<()> {
        self.may_share(ctx, object, id)?;
        let (target, object) = (with_of(&with)?, object.to_owned());
        self.write(ctx, move |tx| {
            let now = tx.ctx.now.as_millisecond();
            for share in shares::of_record(&mut tx.conn, id, now)? {
                if share.share.with == target {
                    shares::remove(&mut tx.conn, share.id)?;
                }
            }
            let record = tx.get(&object, id)?;
            tx.event(
                &record,
                "unshared",
                serde_json::json!({ "user": with.user, "department": with.department }),
            )
        })
    }

    fn may_share(&self, ctx: &Ctx, object: &str, id: RecordId) -> Result<()> {
        let visible = self.get(ctx, object, id)?;
        if visible.may.act(action::SHARE) {
            return Ok(());
        }
        Err(self.denied(ctx, Error::forbidden("gate.no_action"), object, Some(id)))
    }
}

impl Tx<'_> {
    /// Lets a user read a record and what belongs to it, until it is taken back: for rules that invite people.
    /// Whoever may edit it by an older sharing still may.
    pub fn let_read(&mut self, user: RecordId, record: &Record) -> Result<()> {
        let now = self.ctx.now.as_millisecond();
        let known = shares::of_record(&mut self.conn, record.id, now)?;
        if known.iter().any(|share| share.share.with == With::User(user)) {
            return Ok(());
        }
        let share = NewShare {
            object: record.object.name.clone(),
            record: record.id,
            with: With::User(user),
            level: "read".to_owned(),
            until: None,
            created_at: now,
            created_by: (self.ctx.subject.user.0 > 0).then_some(self.ctx.subject.user),
        };
        shares::add(&mut self.conn, &share)?;
        Ok(())
    }

    /// Takes back every sharing of a record with a user.
    pub fn unshare(&mut self, record: RecordId, user: RecordId) -> Result<()> {
        let now = self.ctx.now.as_millisecond();
        for share in shares::of_record(&mut self.conn, record, now)? {
            if share.share.with == With::User(user) {
                shares::remove(&mut self.conn, share.id)?;
            }
        }
        Ok(())
    }

    /// Takes back what [`Tx::let_read`] gave.
    pub fn unlet_read(&mut self, user: RecordId, record: RecordId) -> Result<()> {
        let now = self.ctx.now.as_millisecond();
        for share in shares::of_record(&mut self.conn, record, now)? {
            if share.share.with == With::User(user) && share.share.level == "read" {
                shares::remove(&mut self.conn, share.id)?;
            }
        }
        Ok(())
    }
}

fn with_of(share: &Share) -> Result<With> {
    match (share.user, share.department) {
        (Some(user), None) => Ok(With::User(user)),
        (None, Some(department)) => Ok(With::Department(department)),
        _ => Err(Error::invalid("user", "required", Message::new("gate.fill_in"))),
    }
}
