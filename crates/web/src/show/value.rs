//! A value of a field, drawn by its kind. The match is exhaustive: a new kind must say how it looks.

use super::{ago, day, due, exact, left};
use crate::{
    texts,
    ui::{self, AvatarKind, Size, Tone},
};
use guanxi_gate::{Cell, Ctx, Titles, Visible};
use guanxi_model::{Field, FieldKind, Object, Value};
use maud::{Markup, html};

/// What drawing a value needs to know.
#[derive(Clone, Copy)]
pub struct Showing<'a> {
    /// The reader.
    pub ctx: &'a Ctx,
    /// Names of referenced records.
    pub titles: &'a Titles,
    /// The object of the record.
    pub object: &'a Object,
    /// Its record, when there is one: an ended record has nothing overdue.
    pub record: Option<&'a Visible>,
}

/// Draws a cell. Absent is hidden and draws nothing; null draws a dash.
pub fn show(showing: Showing<'_>, field: &Field, cell: Option<&Cell>) -> Markup {
    match cell {
        None => html! {},
        Some(Cell::Masked(text)) if text.is_empty() => nothing(),
        Some(Cell::Masked(text)) => html! { span .masked { (text) } },
        Some(Cell::Value(value)) => show_value(showing, field, value),
    }
}

/// Draws a cell that stands without its label, as beside a name or in a card: yes and numbers say what they are
/// of, no says nothing.
pub fn alone(showing: Showing<'_>, field: &Field, cell: Option<&Cell>) -> Option<Markup> {
    let label = field.label.get(showing.ctx.locale);
    match (field.value_kind(), cell?) {
        (FieldKind::YesNo, Cell::Value(Value::Bool(false))) => None,
        (FieldKind::YesNo, Cell::Value(Value::Bool(true))) => Some(ui::toned("check", label, Tone::Ok)),
        (FieldKind::Number { .. }, Cell::Value(Value::Decimal(_))) => Some(html! {
            span .inline { span .muted { (label) } (show(showing, field, cell)) }
        }),
        _ => Some(show(showing, field, cell)),
    }
}

fn nothing() -> Markup {
    html! { span .none aria-hidden="true" { "\u{2014}" } }
}

fn show_value(showing: Showing<'_>, field: &Field, value: &Value) -> Markup {
    let Showing { ctx, titles, .. } = showing;
    let locale = ctx.locale;
    match (field.value_kind(), value) {
        (_, Value::Null) => nothing(),
        (FieldKind::Choice, Value::Text(text)) => choice(showing, field, text),
        (FieldKind::Choices, Value::List(items)) => html! {
            span .tags { @for item in items { (choice(showing, field, item)) } }
        },
        (FieldKind::Tags, Value::List(items)) => html! {
            span .tags { @for item in items { (ui::tag(item, ui::hue_of(item))) } }
        },
        (FieldKind::User, Value::Ref(id)) => match titles.get(*id) {
            Some(name) => html! {
                span .inline { (ui::avatar_sized(name, ui::hue_of(name), AvatarKind::Person, Size::Normal)) span .ell { (name) } }
            },
            None => html! { span .muted { "#" (id) } },
        },
        (FieldKind::Department, Value::Ref(id)) => html! { (titles.get(*id).unwrap_or("\u{2014}")) },
        (FieldKind::Reference { to }, Value::Ref(id)) => reference(titles, to, *id),
        (FieldKind::AnyReference { .. }, Value::AnyRef(to, id)) => reference(titles, to, *id),
        (FieldKind::Id, Value::Ref(id)) => html! { "#" (id) },
        (FieldKind::Money { .. }, Value::Decimal(yuan)) => html! { (exact(*yuan)) },
        (FieldKind::Rating { max }, Value::Decimal(stars)) => {
            let stars =
                u8::try_from(stars.trunc().mantissa() / 10_i128.pow(stars.trunc().scale())).unwrap_or(0);
            let label =
                texts::fill(locale, "show.stars", &[("n", &stars.to_string()), ("max", &max.to_string())]);
            ui::stars(stars, *max, &label)
        }
        (FieldKind::Date, Value::Date(date)) if field.countdown => {
            let (words, tone) = left(ctx, *date);
            html! { span title=(date) { (ui::toned("timer", &words, tone)) } }
        }
        (FieldKind::Date, Value::Date(date)) if is_due(showing, field) => {
            let (icon, words, tone) = due(ctx, *date, None);
            ui::toned(icon, &words, tone)
        }
        (FieldKind::Date, Value::Date(date)) => {
            html! { time .date datetime=(date) title=(date) { (day(ctx, *date)) } }
        }
        (FieldKind::Instant, Value::Instant(at)) if is_due(showing, field) => {
            let date = at.to_zoned(ctx.zone.clone()).date();
            let (icon, words, tone) = due(ctx, date, Some(*at));
            ui::toned(icon, &words, tone)
        }
        (FieldKind::Instant, Value::Instant(at)) => {
            let full = at.to_zoned(ctx.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
            // The same twice, so that the second costs nothing in a list of many.
            html! { time .muted datetime=(full) title=(full) { (ago(ctx, *at)) } }
        }
        (FieldKind::YesNo, Value::Bool(true)) => ui::toned("check", texts::t(locale, "common.yes"), Tone::Ok),
        (FieldKind::YesNo, Value::Bool(false)) => html! { span .muted { (texts::t(locale, "common.no")) } },
        (FieldKind::Link, Value::Text(url)) => html! {
            a .link href=(url) target="_blank" rel="noopener noreferrer nofollow" { (url.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/')) }
        },
        (FieldKind::Email, Value::Text(mail)) => html! { a .link href={ "mailto:" (mail) } { (mail) } },
        (FieldKind::File | FieldKind::Image, Value::List(files)) => ui::toned(
            "paperclip",
            &texts::fill(locale, "show.files", &[("n", &files.len().to_string())]),
            Tone::Muted,
        ),
        (
            FieldKind::Text
            | FieldKind::LongText
            | FieldKind::Number { .. }
            | FieldKind::Percent
            | FieldKind::AutoNumber { .. }
            | FieldKind::Phone
            | FieldKind::Region
            | FieldKind::Address
            | FieldKind::CreditCode
            | FieldKind::Id
            | FieldKind::Money { .. }
            | FieldKind::Rating { .. }
            | FieldKind::Date
            | FieldKind::Instant
            | FieldKind::YesNo
            | FieldKind::Choice
            | FieldKind::Choices
            | FieldKind::Tags
            | FieldKind::Reference { .. }
            | FieldKind::AnyReference { .. }
            | FieldKind::User
            | FieldKind::Department
            | FieldKind::Email
            | FieldKind::Link
            | FieldKind::File
            | FieldKind::Image
            | FieldKind::Formula { .. }
            | FieldKind::RollUp { .. },
            value,
        ) => html! { (guanxi_gate::words::value(field, value, titles, locale)) },
    }
}

/// A cell as plain words, for titles and exports.
pub fn text(showing: Showing<'_>, field: &Field, cell: Option<&Cell>) -> String {
    match cell {
        None => String::new(),
        Some(Cell::Masked(text)) => text.clone(),
        Some(Cell::Value(value)) => {
            guanxi_gate::words::value(field, value, showing.titles, showing.ctx.locale)
        }
    }
}

fn choice(showing: Showing<'_>, field: &Field, value: &str) -> Markup {
    let Some(option) = field.option(value) else { return ui::plain_tag(value) };
    let label = option.label.get(showing.ctx.locale);
    match option.hue {
        0 => ui::plain_tag(label),
        hue if showing.object.status.as_deref() == Some(&field.name) => ui::tag_dot(label, hue),
        hue => ui::tag(label, hue),
    }
}

fn reference(titles: &Titles, to: &str, id: guanxi_model::RecordId) -> Markup {
    html! {
        @match titles.get(id) {
            Some(name) => a .link href={ "/" (to) "/" (id) } title=(name) { (name) },
            // A name that the reader may not see.
            None => span .muted { "#" (id) },
        }
    }
}

/// Whether a date asks for something to be done by then: the start in the calendar, or a next or due date,
/// on a record that has not ended.
fn is_due(showing: Showing<'_>, field: &Field) -> bool {
    let object = showing.object;
    let starts = object.calendar.as_ref().is_some_and(|calendar| calendar.start == field.name);
    let named = field.name.starts_with("next_") || field.name.starts_with("due_");
    (starts || named) && !showing.record.is_some_and(|record| has_ended(object, record))
}

/// Whether a record stands at one of the ends of its life cycle.
pub fn has_ended(object: &Object, record: &Visible) -> bool {
    let Some(status) = &object.status else { return false };
    let Some(value) = record.get(status).as_text() else { return false };
    object.record.path_ends.iter().any(|end| end == value)
        || object
            .boards
            .iter()
            .filter(|board| board.by == *status)
            .any(|board| board.folded.iter().chain(&board.hidden).any(|end| end == value))
        || matches!(value, "done" | "closed" | "archived" | "cancelled")
}

/// The icon of a field's kind, for column heads and the filter builder.
pub fn icon_of(field: &Field) -> &'static str {
    match field.value_kind() {
        FieldKind::Id | FieldKind::AutoNumber { .. } => "hash",
        FieldKind::Text => "type",
        FieldKind::LongText => "file-text",
        FieldKind::Number { .. } => "calculator",
        FieldKind::Money { .. } => "wallet",
        FieldKind::Percent => "percent",
        FieldKind::Rating { .. } => "star",
        FieldKind::Date => "calendar",
        FieldKind::Instant => "clock",
        FieldKind::YesNo => "square-check",
        FieldKind::Choice => "circle-dot",
        FieldKind::Choices => "list-checks",
        FieldKind::Tags => "tag",
        FieldKind::Reference { .. } | FieldKind::AnyReference { .. } | FieldKind::Link => "link",
        FieldKind::User => "user",
        FieldKind::Department => "network",
        FieldKind::Phone => "phone",
        FieldKind::Email => "mail",
        FieldKind::Region | FieldKind::Address => "map-pin",
        FieldKind::File => "paperclip",
        FieldKind::Image => "image",
        FieldKind::CreditCode => "id-card",
        FieldKind::Formula { .. } | FieldKind::RollUp { .. } => "calculator",
    }
}

/// Whether values stand at the end of their column.
pub fn is_numeric(field: &Field) -> bool {
    matches!(field.value_kind(), FieldKind::Number { .. } | FieldKind::Money { .. } | FieldKind::Percent)
}
