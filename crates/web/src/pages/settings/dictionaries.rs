//! Dictionaries 基础数据: the entries that choice fields offer.

use super::{choose, label_of, labels, text};
use crate::{
    pages::answer::{self, Ask},
    session::{Answer, Params, Visit},
    ui::{self, Button},
};
use axum::{body::Bytes, extract::Path, response::Response};
use guanxi_gate::Error;
use guanxi_model::{Choice, registry::Dictionary};
use maud::{Markup, html as markup};
use std::sync::Arc;

const HUES: [u16; 12] = [15, 30, 60, 75, 100, 158, 200, 230, 256, 285, 300, 345];

/// `GET /settings/dictionaries`
///
/// # Errors
/// When the page cannot be drawn.
pub async fn show(visit: Visit) -> Answer {
    visit.page(|visit| Ok::<_, Error>(list(visit))).await
}

fn list(visit: &Visit) -> crate::page::Page {
    let registry = visit.gate().registry();
    // A dictionary with a dot belongs to one field of one object.
    let (own, shared): (Vec<_>, Vec<_>) =
        registry.dictionaries().partition(|dictionary| dictionary.name.contains('.'));
    let table = |dictionaries: &[&Arc<Dictionary>]| {
        let rows: Vec<Vec<Markup>> = dictionaries
            .iter()
            .map(|dictionary| {
                let active = dictionary.choices.iter().filter(|choice| !choice.inactive);
                vec![
                    markup! { a .link href={ "/settings/dictionaries/" (dictionary.name) } { (dictionary.label.get(visit.locale())) } },
                    markup! { code { (dictionary.name) } },
                    markup! {
                        span .tags {
                            @for choice in active.clone().take(5) { (tag(visit, choice)) }
                            @let rest = active.count().saturating_sub(5);
                            @if rest > 0 { span .muted { "+" (rest) } }
                        }
                    },
                ]
            })
            .collect();
        super::table(
            &[
                visit.t("dictionaries.name"),
                visit.t("dictionaries.api_name"),
                visit.t("dictionaries.entries"),
            ],
            &rows,
        )
    };
    let body = markup! {
        section { p .muted { (visit.t("dictionaries.about")) } (table(&shared)) }
        @if !own.is_empty() { section { h2 { (visit.t("dictionaries.of_fields")) } (table(&own)) } }
    };
    super::page(visit, "dictionaries", visit.t("settings.dictionaries"), None, &body)
}

fn tag(visit: &Visit, choice: &Choice) -> Markup {
    let label = choice.label.get(visit.locale());
    if choice.hue == 0 { ui::plain_tag(label) } else { ui::tag(label, choice.hue) }
}

fn dictionary(visit: &Visit, name: &str) -> Result<Arc<Dictionary>, Error> {
    visit.gate().registry().dictionary(name).cloned().ok_or(Error::NotFound)
}

/// `GET /settings/dictionaries/{name}`
///
/// # Errors
/// When there is no such dictionary.
pub async fn entries(visit: Visit, Path(name): Path<String>) -> Answer {
    visit.page(move |visit| one(visit, &name)).await
}

fn one(visit: &Visit, name: &str) -> Result<crate::page::Page, Error> {
    let dictionary = dictionary(visit, name)?;
    let url = format!("/settings/dictionaries/{name}");
    let values: Vec<&str> = dictionary.choices.iter().map(|choice| choice.value.as_str()).collect();
    let rows: Vec<Vec<Markup>> = dictionary
        .choices
        .iter()
        .enumerate()
        .map(|(place, choice)| {
            let toggle = if choice.inactive { ("dictionaries.activate", "activate") } else { ("dictionaries.deactivate", "deactivate") };
            vec![
                ui::movers(&url, &values, place, choice.label.get(visit.locale()), [visit.t("common.move_up"), visit.t("common.move_down")]),
                markup! {
                    (tag(visit, choice))
                    @if choice.locked { " " span .lock title=(visit.t("dictionaries.locked_hint")) { (ui::icon_small("lock")) span .sr-only { (visit.t("dictionaries.locked")) } } }
                },
                markup! { (choice.label.zh) },
                markup! { (choice.label.en) },
                markup! { code { (choice.value) } },
                if choice.inactive { ui::toned("ban", visit.t("dictionaries.inactive"), ui::Tone::Muted) } else { ui::toned("check", visit.t("dictionaries.active"), ui::Tone::Ok) },
                markup! {
                    span .row {
                        (Button::icon_only("pencil", visit.t("record.edit")).small().dialog(format!("{url}/edit?value={}", crate::session::encode(&choice.value))))
                        @if choice.locked {
                            (Button::new(visit.t(toggle.0)).small().disabled(visit.t("dictionaries.locked_hint")))
                        } @else {
                            (Button::new(visit.t(toggle.0)).small().post(format!("{url}/{}?value={}", toggle.1, crate::session::encode(&choice.value))))
                        }
                    }
                },
            ]
        })
        .collect();
    let heads = [
        visit.t("dictionaries.order"),
        visit.t("dictionaries.entry"),
        visit.t("settings.label_zh"),
        visit.t("settings.label_en"),
        visit.t("dictionaries.value"),
        visit.t("users.state"),
        "",
    ];
    let body = markup! {
        p { a .link.inline href="/settings/dictionaries" { (ui::icon("arrow-left")) (visit.t("settings.dictionaries")) } }
        p .muted { (visit.t("dictionaries.order_hint")) }
        order-list data-url={ (url) "/order" } { (super::table(&heads, &rows)) }
    };
    let add = markup! { (Button::new(visit.t("dictionaries.new")).primary().icon("plus").key("C").dialog(format!("{url}/edit"))) };
    Ok(super::page(visit, "dictionaries", dictionary.label.get(visit.locale()), Some(add), &body))
}

/// `GET /settings/dictionaries/{name}/edit?value=…`: an entry, or a new one without a value.
///
/// # Errors
/// When there is no such dictionary or entry.
pub async fn edit(visit: Visit, Path(name): Path<String>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let dictionary = dictionary(visit, &name)?;
            let choice = match visit.asks.param("value") {
                Some(value) => Some(
                    dictionary
                        .choices
                        .iter()
                        .find(|choice| choice.value == value)
                        .cloned()
                        .ok_or(Error::NotFound)?,
                ),
                None => None,
            };
            form(visit, &dictionary, choice.as_ref(), None)
        })
        .await
}

fn form(
    visit: &Visit,
    dictionary: &Dictionary,
    choice: Option<&Choice>,
    problem: Option<Markup>,
) -> Result<Response, Error> {
    let known = choice.is_some_and(|choice| dictionary.choices.iter().any(|c| c.value == choice.value));
    let blank = Choice::default();
    let shown = choice.unwrap_or(&blank);
    let mut hues = vec![ui::Choice::new("0", visit.t("dictionaries.grey"))];
    hues.extend(HUES.iter().enumerate().map(|(n, hue)| {
        ui::Choice::new(hue.to_string(), visit.fill("dictionaries.colour", &[("n", &(n + 1).to_string())]))
    }));
    let value = ui::Field {
        readonly: known,
        hint: visit.t("dictionaries.value_hint").to_owned(),
        ..text("value", visit.t("dictionaries.value"), &shown.value)
    };
    let body = markup! {
        div .fields {
            (labels(visit, &shown.label))
            (ui::form_field(&value))
            (ui::form_field(&choose("hue", visit.t("dictionaries.hue"), &shown.hue.to_string(), hues)))
        }
        span .tags aria-hidden="true" {
            @for (n, hue) in HUES.iter().enumerate() { (ui::tag(&visit.fill("dictionaries.colour", &[("n", &(n + 1).to_string())]), *hue)) }
        }
    };
    let title = visit.t(if known { "dictionaries.edit" } else { "dictionaries.new" });
    let back = format!("/settings/dictionaries/{}", dictionary.name);
    let ask = super::dialog(title, format!("{back}/edit"), back, problem.as_ref(), &body);
    Ask { submit: visit.t("common.save").to_owned(), wide: true, ..ask }.answer(visit)
}

/// `POST /settings/dictionaries/{name}/edit`
///
/// # Errors
/// When the door fails; what it refuses is the dialog again.
pub async fn save(visit: Visit, Path(name): Path<String>, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let dictionary = dictionary(visit, &name)?;
            let choice = read(&dictionary, &params);
            let done = visit.gate().save_choice(visit.ctx(), &name, choice.clone());
            let back = format!("/settings/dictionaries/{name}");
            super::saved(visit, &back, done, |problem| form(visit, &dictionary, Some(&choice), Some(problem)))
        })
        .await
}

/// The entry as posted, over what it was. A new entry without a value of its own takes one from its English
/// label, or its number.
fn read(dictionary: &Dictionary, params: &Params) -> Choice {
    let value = params.get("value").unwrap_or_default().trim().to_owned();
    let before = dictionary.choices.iter().find(|choice| choice.value == value && !value.is_empty()).cloned();
    let label = label_of(params);
    let value = if value.is_empty() {
        let word: String = label
            .en
            .to_lowercase()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect::<String>()
            .trim_matches('_')
            .to_owned();
        let taken = |word: &str| dictionary.choices.iter().any(|choice| choice.value == word);
        if word.is_empty() || taken(&word) { format!("entry_{}", dictionary.choices.len() + 1) } else { word }
    } else {
        value
    };
    let hue =
        params.get("hue").and_then(|hue| hue.parse().ok()).filter(|hue| HUES.contains(hue)).unwrap_or(0);
    Choice { value, label, hue, ..before.unwrap_or_default() }
}

/// `POST /settings/dictionaries/{name}/order`: the entries as they were dragged, `values` in order, or one of
/// them moved by a step.
///
/// # Errors
/// When there is no such dictionary.
pub async fn order(visit: Visit, Path(name): Path<String>, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let dictionary = dictionary(visit, &name)?;
            let before: Vec<String> = dictionary.choices.iter().map(|choice| choice.value.clone()).collect();
            let asked = visit.asks.param("values").or_else(|| params.get("values").map(str::to_owned));
            let order: Vec<String> = asked.unwrap_or_default().split(',').map(str::to_owned).collect();
            visit.gate().order_choices(visit.ctx(), &name, &order)?;
            let url = format!("/settings/dictionaries/{name}");
            let undo = format!("{url}/order?values={}", crate::session::encode(&before.join(",")));
            Ok(answer::stay(visit, &url, visit.t("dictionaries.ordered"), Some(undo)))
        })
        .await
}

/// `POST /settings/dictionaries/{name}/deactivate?value=…`
///
/// # Errors
/// When the entry is locked or not there.
pub async fn deactivate(visit: Visit, Path(name): Path<String>) -> Answer {
    toggle(visit, name, true).await
}

/// `POST /settings/dictionaries/{name}/activate?value=…`
///
/// # Errors
/// When the entry is not there.
pub async fn activate(visit: Visit, Path(name): Path<String>) -> Answer {
    toggle(visit, name, false).await
}

async fn toggle(visit: Visit, name: String, inactive: bool) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let value = visit.asks.param("value").unwrap_or_default();
            let dictionary = dictionary(visit, &name)?;
            let before =
                dictionary.choices.iter().find(|choice| choice.value == value).ok_or(Error::NotFound)?;
            visit.gate().save_choice(visit.ctx(), &name, Choice { inactive, ..before.clone() })?;
            let (text, back) = if inactive {
                ("dictionaries.deactivated", "activate")
            } else {
                ("dictionaries.activated", "deactivate")
            };
            let undo =
                format!("/settings/dictionaries/{name}/{back}?value={}", crate::session::encode(&value));
            Ok(answer::stay(visit, &format!("/settings/dictionaries/{name}"), visit.t(text), Some(undo)))
        })
        .await
}
