//! Two people changed one record: what both changed is a choice for each field, what only the other changed
//! is told and kept, and what only the reader changed needs no word.

use super::input;
use crate::{
    session::Visit,
    ui::{self, Difference},
};
use guanxi_gate::{Stale, Titles, words};
use guanxi_model::{Field, Object, RecordId, Value};
use maud::{Markup, html};

/// Who changed it, both values of each contested field with the choice between them, and what else changed.
pub fn draw(visit: &Visit, object: &Object, stale: &Stale) -> Markup {
    let who = stale.updated_by.clone().unwrap_or_default();
    let when = stale.updated_at.map(|at| crate::show::ago(visit.ctx(), at)).unwrap_or_default();
    let titles = titles(visit, object, stale);
    let says = |field: &Field, value: &Value| match words::value(field, value, &titles, visit.locale()) {
        text if text.is_empty() => visit.t("common.empty").to_owned(),
        text => text,
    };
    let label = |field: &Field| field.label.get(visit.locale()).to_owned();
    let contested: Vec<Difference> = stale
        .contested()
        .filter_map(|(name, now, wanted)| {
            let field = object.field(name)?;
            Some(Difference {
                field: name.clone(),
                label: label(field),
                old: html! { (says(field, wanted)) },
                new: html! { (says(field, now)) },
                // What only the reader filled in is not lost by accepting the proposal.
                mine: now.is_null(),
            })
        })
        .collect();
    let others: Vec<Difference> = stale
        .by_others()
        .filter_map(|change| {
            let field = object.field(&change.field)?;
            Some(Difference {
                field: change.field.clone(),
                label: label(field),
                old: html! { (says(field, &change.before)) },
                new: html! { (says(field, &change.now)) },
                mine: false,
            })
        })
        .collect();
    let told = match (stale.meanwhile.is_some(), contested.is_empty()) {
        (_, false) => "form.stale",
        (true, true) => "form.stale_apart",
        (false, true) => "form.stale_unknown",
    };
    html! {
        div .notice.warn role="alert" {
            (ui::icon("git-merge"))
            div .text { (visit.fill(told, &[("name", &who), ("when", &when)])) }
        }
        @if !contested.is_empty() {
            (ui::conflict([visit.t("error.field"), visit.t("form.mine"), visit.t("form.theirs")], &contested))
        }
        @if !others.is_empty() {
            p .muted { (visit.fill("form.others_changed", &[("name", &who)])) }
            (ui::diff([visit.t("error.field"), visit.t("form.before"), visit.t("form.now")], &others))
        }
    }
}

/// The names of the records that the values refer to.
fn titles(visit: &Visit, object: &Object, stale: &Stale) -> Titles {
    let mut titles = Titles::default();
    let contested = stale.fields.iter().map(|(name, now, wanted)| (name, [now, wanted]));
    let others = stale.by_others().map(|change| (&change.field, [&change.before, &change.now]));
    for (name, values) in contested.chain(others) {
        let Some(target) = object.field(name).and_then(Field::target) else { continue };
        let ids: Vec<RecordId> = values.into_iter().filter_map(Value::as_ref).collect();
        titles.0.extend(input::names(visit, target, &ids).unwrap_or_default().0);
    }
    titles
}

/// What someone else changed meanwhile, as one sentence for a toast; empty when nothing did.
pub fn sentence(visit: &Visit, object: &Object, stale: &Stale) -> String {
    let labels: Vec<&str> = stale
        .by_others()
        .filter_map(|change| object.field(&change.field))
        .map(|field| field.label.get(visit.locale()))
        .collect();
    if labels.is_empty() {
        return String::new();
    }
    let separator = if visit.locale() == guanxi_model::Locale::Zh { "\u{3001}" } else { ", " };
    let who = stale.updated_by.clone().unwrap_or_default();
    visit.fill("form.merged", &[("name", &who), ("fields", &labels.join(separator))])
}
