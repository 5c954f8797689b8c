//! `GET /{object}/{id}/history`: who changed what, field by field, in the drawer.

use crate::{
    pages::{
        answer::{self, record_id},
        timeline,
    },
    session::{Answer, Visit},
    show,
    ui::{self, AuditEntry, AvatarKind, Size},
};
use axum::{extract::Path, http::StatusCode, response::Response};
use guanxi_gate::Error;
use maud::html as markup;

/// The drawer, or a page for someone who opens its address.
///
/// # Errors
/// When there is no such record.
pub async fn show(visit: Visit, Path((object, id)): Path<(String, String)>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let id = record_id(&id)?;
            let record = visit.gate().get(visit.ctx(), &object, id)?;
            let entries = visit.gate().timeline(visit.ctx(), &object, id, None, 200)?;
            let lines: Vec<AuditEntry> = entries
                .iter()
                .filter(|entry| entry.record == id)
                .map(|entry| {
                    let verb = record.object.verb(&entry.name).map(|verb| verb.done.get(visit.locale()).to_owned());
                    let label = record.object.label.get(visit.locale());
                    let said = verb.filter(|done| !done.is_empty()).unwrap_or_else(|| timeline::said(visit, &entry.name, label));
                    let actor = if entry.actor.is_empty() { visit.t("timeline.system") } else { &entry.actor };
                    AuditEntry {
                        avatar: ui::avatar_sized(actor, ui::hue_of(actor), AvatarKind::Person, Size::Normal),
                        head: markup! { b .strong { (actor) } " " span .muted { (said) } },
                        time: show::moment(visit.ctx(), entry.at),
                        changes: entry.changes.clone(),
                    }
                })
                .collect();
            let body = markup! {
                @if lines.is_empty() { p .muted { (visit.t("timeline.empty")) } } @else { (ui::audit_trail(&lines)) }
            };
            let title = visit.fill("record.history_of", &[("name", &record.title())]);
            answer::drawer(visit, &title, &format!("/{object}/{id}"), &object, &body, None, StatusCode::OK)
        })
        .await
}
