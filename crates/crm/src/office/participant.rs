//! Colleagues asked to an appointment: they see it, hear when it moves, and answer for themselves.

use guanxi_gate::{Change, Ctx, Draft, Error, Record, Result, Rule, Saved, Tx};
use guanxi_model::{Message, RecordId, expr::Expr};
use std::collections::BTreeMap;

/// Whoever arranged an appointment asks people to it. The record of the invitation belongs to who is asked.
pub(crate) struct Invited;

impl Rule for Invited {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let new = |change: &&mut Change| change.before.is_none();
        let ids: Vec<RecordId> =
            changes.iter_mut().filter(new).filter_map(|c| c.value("appointment").as_ref()).collect();
        let appointments = by_id(tx, "appointment", &ids)?;
        let known = tx.find("participant", &Expr::ids("appointment", &ids), None)?;
        for change in changes.iter_mut().filter(new) {
            let (appointment, user) = (change.value("appointment").as_ref(), change.value("user").as_ref());
            let Some(appointment) = appointment.and_then(|id| appointments.get(&id)) else { continue };
            if !change.by_program && !arranges(tx.ctx(), appointment) {
                change.refuse("appointment", Message::new("participant.only_organiser"));
            }
            let Some(user) = user else { continue };
            let Some(person) = tx.get_many("user", &[user])?.pop() else { continue };
            let twice = known.iter().any(|k| {
                k.reference("appointment") == Some(appointment.id) && k.reference("user") == Some(user)
            });
            if twice || appointment.owner() == Some(user) {
                change.refuse("user", Message::new("participant.already").with("name", person.title()));
            }
            change.set("name", person.title());
            change.set("owner", user);
            change.set("department", person.get("department").clone());
        }
        Ok(())
    }

    fn before_delete(&self, tx: &mut Tx<'_>, participant: &Record) -> Result<()> {
        let appointment = appointment_of(tx, participant)?;
        let mine = participant.reference("user") == Some(tx.ctx().subject.user);
        if mine || appointment.is_none_or(|appointment| arranges(tx.ctx(), &appointment)) {
            return Ok(());
        }
        Err(Error::refused("participant.only_organiser"))
    }

    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        let by = tx.ctx().subject.clone();
        for asked in saved.iter().filter(|s| s.before.is_none()) {
            let Some(appointment) = appointment_of(tx, &asked.after)? else { continue };
            let Some(user) = asked.after.reference("user") else { continue };
            tx.let_read(user, &appointment)?;
            // One message for a series, about its first meeting.
            if appointment.reference("series").is_none() && user != by.user {
                let message = Message::new("participant.notice.invited")
                    .with("by", &by.name)
                    .with("title", appointment.title())
                    .with("when", super::appointment::when(tx.ctx(), &appointment));
                tx.notify(user, &appointment, message)?;
            }
            join_series(tx, &appointment, user)?;
        }
        Ok(())
    }

    fn after_delete(&self, tx: &mut Tx<'_>, moved: &Saved) -> Result<()> {
        let ids = (moved.after.reference("user"), moved.after.reference("appointment"));
        let (Some(user), Some(appointment)) = ids else { return Ok(()) };
        if moved.after.get("deleted_at").is_null() {
            let Some(appointment) = appointment_of(tx, &moved.after)? else { return Ok(()) };
            return tx.let_read(user, &appointment);
        }
        tx.unlet_read(user, appointment)
    }
}

/// Whoever is asked to the first of a series is asked to all of them.
fn join_series(tx: &mut Tx<'_>, head: &Record, user: RecordId) -> Result<()> {
    if matches!(head.text("repeat"), "" | "none") || head.reference("series").is_some() {
        return Ok(());
    }
    let drafts: Vec<Draft> = tx
        .find("appointment", &Expr::eq("series", head.id), None)?
        .into_iter()
        .map(|one| Draft::new().set("appointment", one.id).set("user", user))
        .collect();
    tx.create_many("participant", drafts)?;
    Ok(())
}

/// Whoever may change an appointment arranges it.
fn arranges(ctx: &Ctx, appointment: &Record) -> bool {
    ctx.rights.everything
        || appointment.owner().is_none_or(|owner| ctx.subject.team.contains(&owner))
        || appointment.reference("created_by") == Some(ctx.subject.user)
}

fn appointment_of(tx: &mut Tx<'_>, participant: &Record) -> Result<Option<Record>> {
    let Some(id) = participant.reference("appointment") else { return Ok(None) };
    Ok(tx.get_many("appointment", &[id])?.pop())
}

fn by_id(tx: &mut Tx<'_>, object: &str, ids: &[RecordId]) -> Result<BTreeMap<RecordId, Record>> {
    Ok(tx.get_many(object, ids)?.into_iter().map(|record| (record.id, record)).collect())
}

/// Will be there.
pub(crate) fn accept(tx: &mut Tx<'_>, participant: &Record, _input: &Draft) -> Result<()> {
    answer(tx, participant, "accepted", Message::new("participant.notice.accepted"))
}

/// Will not be there.
pub(crate) fn decline(tx: &mut Tx<'_>, participant: &Record, _input: &Draft) -> Result<()> {
    answer(tx, participant, "declined", Message::new("participant.notice.declined"))
}

fn answer(tx: &mut Tx<'_>, participant: &Record, word: &str, message: Message) -> Result<()> {
    tx.update(participant, Draft::new().set("answer", word))?;
    let Some(appointment) = appointment_of(tx, participant)? else { return Ok(()) };
    if let Some(owner) = appointment.owner().filter(|owner| Some(*owner) != participant.reference("user")) {
        let message = message.with("name", participant.title()).with("title", appointment.title());
        tx.notify(owner, &appointment, message)?;
    }
    Ok(())
}

/// Those who take part hear when it moves or is cancelled.
pub(crate) struct Moved;

impl Rule for Moved {
    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        let by = tx.ctx().subject.user;
        for appointment in saved.iter().filter(|s| s.before.is_some()) {
            let cancelled = appointment.changed("status") && appointment.after.text("status") == "cancelled";
            if !cancelled && !appointment.changed("starts_at") {
                continue;
            }
            let key = if cancelled { "appointment.notice.cancelled" } else { "appointment.notice.moved" };
            let when = super::appointment::when(tx.ctx(), &appointment.after);
            for person in takers(tx, appointment.after.id)? {
                if person != by {
                    let message =
                        Message::new(key).with("title", appointment.after.title()).with("when", &when);
                    tx.notify(person, &appointment.after, message)?;
                }
            }
        }
        Ok(())
    }
}

/// Who takes part, beside its owner: everybody asked who has not declined.
pub(crate) fn takers(tx: &mut Tx<'_>, appointment: RecordId) -> Result<Vec<RecordId>> {
    let asked = tx.find("participant", &Expr::eq("appointment", appointment), None)?;
    Ok(asked
        .iter()
        .filter(|participant| participant.text("answer") != "declined")
        .filter_map(|participant| participant.reference("user"))
        .collect())
}
