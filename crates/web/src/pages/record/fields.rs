//! The groups of fields at the left of a record: each field is edited where it stands.

use crate::{
    pages::{form::input, inline},
    session::Visit,
    ui::{self, Button, InlineField},
};
use guanxi_gate::{Cell, Titles, Visible};
use guanxi_model::{Field, Value, object::FaceDef};
use maud::{Markup, html as markup};

/// The groups of the document, with what the reader may see. `toggle` is the address that shows or hides
/// what is empty, and whether it is hidden now.
pub fn draw(visit: &Visit, record: &Visible, titles: &Titles, toggle: Option<(&str, bool)>) -> Markup {
    let object = &record.object;
    let mut groups: Vec<(Option<&str>, String, bool, Vec<InlineField>)> = Vec::new();
    for (index, (title, folded, fields)) in input::groups(object, visit, false).into_iter().enumerate() {
        let fields: Vec<InlineField> = fields
            .into_iter()
            .filter(|field| !matches!(field.name.as_str(), "id" | "version" | "deleted_at"))
            .filter(|field| is_asked(visit, record, field))
            .filter_map(|field| inline::field(visit, record, titles, field))
            .collect();
        if !fields.is_empty() {
            let face = object.record.groups.get(index).and_then(|group| group.face.as_deref());
            groups.push((face, title, folded, fields));
        }
    }
    let empty = groups.iter().flat_map(|group| &group.3).filter(|field| field.body.is_none()).count();
    let hidden = toggle.is_some_and(|(_, hidden)| hidden);
    let content = markup! {
        @for (index, (face, title, folded, fields)) in groups.iter().enumerate() {
            @if let Some(face) = face.filter(|face| index == 0 || groups[index - 1].0 != Some(*face)) {
                @for def in object.record.faces.iter().filter(|def| def.name == face) { (face_head(visit, record, def)) }
            }
            (ui::field_group(&index.to_string(), title, "", !folded, fields))
        }
    };
    markup! {
        div .fields-pane.hide-empty[hidden] id="fields-pane" { (content) }
        @if let Some((url, hidden)) = toggle.filter(|_| empty > 0) {
            @let label = visit.fill(if hidden { "record.show_empty" } else { "record.hide_empty" }, &[("n", &empty.to_string())]);
            (Button::new(label).ghost().small().icon(if hidden { "eye" } else { "eye-off" }).go(url))
        }
    }
}

/// A field that a record of this kind is not asked for is shown only when it holds something all the same.
fn is_asked(visit: &Visit, record: &Visible, field: &Field) -> bool {
    let empty = matches!(record.cell(&field.name), Some(Cell::Value(Value::Null)));
    let asked = |when: &str| !empty || visit.gate().holds(visit.ctx(), record, when).unwrap_or(true);
    field.show_when.as_deref().is_none_or(asked)
}

/// The heading of a face: how much of it is known, and what is missing, each with the way to fill it in.
fn face_head(visit: &Visit, record: &Visible, face: &FaceDef) -> Markup {
    let Some(Cell::Value(Value::Decimal(percent))) = record.cell(&face.field) else { return markup! {} };
    let percent = u32::try_from(percent.trunc().mantissa()).unwrap_or(0).min(100);
    let asked = |when: &str| visit.gate().holds(visit.ctx(), record, when).unwrap_or(true);
    let missing: Vec<&Field> = record
        .object
        .wanted(&face.name, asked)
        .into_iter()
        .filter(|field| matches!(record.cell(&field.name), Some(Cell::Value(Value::Null))))
        .collect();
    let tone = match percent {
        80.. => ui::Tone::Ok,
        40..80 => ui::Tone::Plain,
        _ => ui::Tone::Warn,
    };
    let label = face.label.get(visit.locale());
    markup! {
        section .face id={ "face-" (face.name) } {
            header .row {
                h3 { (label) }
                (ui::progress(percent, 100, tone, &visit.fill("record.complete", &[("face", label)]), &format!("{percent}%")))
            }
            @if !missing.is_empty() {
                p .muted {
                    (visit.t("record.missing"))
                    @for field in &missing {
                        " "
                        a .link href={ "#f-" (field.name) } { (field.label.get(visit.locale())) }
                    }
                }
            }
        }
    }
}
