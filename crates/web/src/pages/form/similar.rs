//! Likely duplicates, shown while the name or the phone is typed: who has the record and since when, never
//! its private fields.

use crate::{
    pages::answer,
    session::{Answer, Visit},
    show, ui,
};
use axum::{body::Bytes, extract::Path};
use guanxi_gate::{DuplicateHit, Error};
use guanxi_model::{Object, RecordId};
use maud::{Markup, html as markup};

/// `POST /{object}/duplicates`
///
/// # Errors
/// When the caller may not make such records.
pub async fn check(visit: Visit, Path(object): Path<String>, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .fragment(move |visit| -> Result<Markup, Error> {
            let object = visit.gate().object(&object)?;
            let keys = object.duplicates.iter().filter_map(|key| object.field(&key.field));
            let draft = super::input::read(keys, &params, "");
            let mut hits = match visit.gate().duplicates(visit.ctx(), &object.name, &draft) {
                // Whoever types that fast goes on typing; saving checks again.
                Err(Error::TooMany(_)) => Vec::new(),
                hits => hits?,
            };
            // A record that is being edited is no duplicate of itself.
            let own = params.get("record").and_then(|id| id.parse::<RecordId>().ok());
            hits.retain(|hit| Some(hit.id) != own);
            Ok(list(visit, &object, &hits))
        })
        .await
}

/// The place where they are listed, which asks again whenever a key is typed.
/// Needs the right to make such records, because only who makes them is told.
pub fn place(visit: &Visit, object: &Object, hits: &[DuplicateHit]) -> Markup {
    if object.duplicates.is_empty() || !visit.may(&object.name, guanxi_model::access::action::CREATE) {
        return markup! {};
    }
    let mut keys: Vec<&str> = object.duplicates.iter().map(|key| key.field.as_str()).collect();
    keys.dedup();
    let trigger: Vec<String> =
        keys.iter().map(|key| format!("input delay:400ms from:[name='{key}']")).collect();
    markup! {
        div id={ "similar-" (object.name) } aria-live="polite" hx-post={ "/" (object.name) "/duplicates" } hx-trigger=(trigger.join(", "))
            hx-include="closest form" hx-target="this" hx-swap="innerHTML" { (list(visit, object, hits)) }
    }
}

/// Records that are probably the same, one line each.
pub fn list(visit: &Visit, object: &Object, hits: &[DuplicateHit]) -> Markup {
    if hits.is_empty() {
        return markup! {};
    }
    let likely = hits.iter().any(|hit| !hit.similar);
    let title = if likely { visit.t("form.likely") } else { visit.t("form.similar") };
    markup! {
        div .notice.warn {
            (ui::icon("scan-search"))
            div .text {
                b { (title) }
                ul .plain {
                    @for hit in hits.iter().take(5) { li { (line(visit, object, hit)) } }
                }
            }
        }
    }
}

fn line(visit: &Visit, object: &Object, hit: &DuplicateHit) -> Markup {
    let field = object.field(&hit.field).map(|field| field.label.get(visit.locale())).unwrap_or_default();
    let title = hit.title.clone().unwrap_or_else(|| visit.t("form.not_yours").to_owned());
    let facts: Vec<String> = [
        Some(visit.fill(if hit.similar { "form.similar_by" } else { "form.same" }, &[("field", field)])),
        hit.owner.as_ref().map(|owner| visit.fill("form.owned_by", &[("name", owner)])),
        hit.pool.as_ref().map(|pool| visit.fill("duplicates.in_pool", &[("pool", pool)])),
        hit.department.clone(),
        hit.created_at.map(|at| visit.fill("form.made", &[("when", &show::ago(visit.ctx(), at))])),
    ]
    .into_iter()
    .flatten()
    .collect();
    markup! {
        @if hit.visible {
            a .link href={ "/" (hit.object) "/" (hit.id) } target="_blank" { (title) }
        } @else {
            span { (title) }
        }
        " "
        span .muted { (facts.join(" · ")) }
    }
}
