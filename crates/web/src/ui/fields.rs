//! Groups of fields on a record page, each edited where it stands.

use maud::{Markup, html};

use super::icon;

/// A field of a record.
#[derive(Clone, Debug, Default)]
pub struct InlineField {
    /// The field's name.
    pub field: String,
    /// Its label.
    pub label: String,
    /// Its value as shown; none when it is empty.
    pub body: Option<Markup>,
    /// What an empty, editable field shows instead.
    pub add: String,
    /// Its value as the editor needs it.
    pub value: Option<String>,
    /// The kind of its editor; none when it cannot be edited.
    pub edit: Option<String>,
    /// Why it cannot be edited.
    pub locked: Option<String>,
    /// What to mind about it.
    pub warning: Option<String>,
}

/// A group of fields that can be folded. `count` is shown at the end of its heading.
pub fn field_group(id: &str, title: &str, count: &str, open: bool, fields: &[InlineField]) -> Markup {
    html! {
        details .group-fields id={ "group-" (id) } open[open] {
            summary {
                (icon("chevron-down"))
                span { (title) }
                @if !count.is_empty() { span .count { (count) } }
            }
            dl { @for field in fields { (inline_field(field)) } }
        }
    }
}

/// A label with its value. The record's container carries `data-record data-object data-id data-version`.
pub fn inline_field(field: &InlineField) -> Markup {
    html! {
        div class={ "kv" @if field.body.is_none() { " is-empty" } } {
            dt { (field.label) }
            (inline_value(field))
        }
    }
}

/// The value alone, which is the answer to an edit of it.
pub fn inline_value(field: &InlineField) -> Markup {
    html! {
        dd id={ "f-" (field.field) } data-field=(field.field) data-edit=[field.edit.as_deref()] data-value=[field.value.as_deref()]
            data-locked=[field.locked.as_deref()] data-tip=[field.locked.as_deref()]
            tabindex=[field.edit.as_ref().map(|_| "0")] {
            @match &field.body {
                Some(body) => (body),
                None if field.edit.is_some() => span .add { (field.add) },
                None => span .muted { "—" },
            }
            @if field.edit.is_some() { span .pen { (icon("pencil")) } }
            @if field.locked.is_some() { span .lock { (icon("lock")) } }
            @if let Some(warning) = &field.warning { small .mind role="note" { (icon("triangle-alert")) span { (warning) } } }
        }
    }
}
