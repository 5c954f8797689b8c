//! A sheet to fill in: a column for every field that may come from a file. Required ones are red, unique ones
//! bold, those with several values underlined; a second sheet explains each.

use super::{columns::importable, writer::unwritable};
use guanxi_gate::{Ctx, Error, Gate, Result};
use guanxi_model::{Field, FieldKind, FieldLevel, access::action};
use rust_xlsxwriter::{Color, Format, FormatUnderline, Note, Workbook};
use std::collections::BTreeSet;

/// The template of an object, for what the caller may fill in.
pub fn template(gate: &Gate, ctx: &Ctx, object: &str) -> Result<Vec<u8>> {
    let object = gate.object(object)?;
    if !gate.may(ctx, &object.name, action::IMPORT) {
        return Err(Error::forbidden("exchange.no_import"));
    }
    let phrases = gate.phrases();
    let locale = ctx.locale;
    let allowed: BTreeSet<String> = gate
        .form_fields(ctx, &object.name)?
        .into_iter()
        .filter(|(_, level)| *level == FieldLevel::Edit)
        .map(|(name, _)| name)
        .collect();
    let fields: Vec<&Field> = object
        .active_fields()
        .filter(|field| importable(field) && (!field.read_only || field.name == "external_id"))
        .filter(|field| allowed.contains(&field.name) || ctx.rights.everything)
        .collect();
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name(object.label.get(locale)).map_err(unwritable)?;
    for (column, field) in (0_u16..).zip(&fields) {
        let mut format = Format::new();
        if field.required {
            format = format.set_font_color(Color::Red);
        }
        if is_unique(field) {
            format = format.set_bold();
        }
        if is_several(field) {
            format = format.set_underline(FormatUnderline::Single);
        }
        sheet.write_string_with_format(0, column, field.label.get(locale), &format).map_err(unwritable)?;
        let note = Note::new(explain(phrases, ctx, field)).set_author("Guanxi");
        sheet.insert_note(0, column, &note).map_err(unwritable)?;
        sheet.set_column_width(column, 16).map_err(unwritable)?;
    }
    sheet.set_freeze_panes(1, 0).map_err(unwritable)?;
    let help = workbook.add_worksheet();
    help.set_name(phrases.get(locale, "exchange.template.sheet")).map_err(unwritable)?;
    let bold = Format::new().set_bold();
    for (column, key) in (0_u16..).zip(["field", "name", "kind", "rules", "options"]) {
        let key = format!("exchange.template.{key}");
        help.write_string_with_format(0, column, phrases.get(locale, &key), &bold).map_err(unwritable)?;
    }
    for (row, field) in (1_u32..).zip(&fields) {
        let kind = phrases.get(locale, &format!("exchange.kind.{}", field.kind.word())).to_owned();
        let texts = [
            field.label.get(locale).to_owned(),
            field.name.clone(),
            kind,
            rules(phrases, ctx, field).join("; "),
            options(ctx, field),
        ];
        for (column, text) in (0_u16..).zip(texts) {
            help.write_string(row, column, text).map_err(unwritable)?;
        }
    }
    help.set_column_width(3, 40).map_err(unwritable)?;
    help.set_column_width(4, 60).map_err(unwritable)?;
    workbook.save_to_buffer().map_err(unwritable)
}

fn is_unique(field: &Field) -> bool {
    field.unique || field.name == "external_id"
}

fn is_several(field: &Field) -> bool {
    matches!(field.kind, FieldKind::Choices | FieldKind::Tags)
}

fn explain(phrases: &guanxi_model::phrases::Phrases, ctx: &Ctx, field: &Field) -> String {
    let mut lines = rules(phrases, ctx, field);
    let options = options(ctx, field);
    if !options.is_empty() {
        lines.push(options);
    }
    lines.insert(0, phrases.get(ctx.locale, &format!("exchange.kind.{}", field.kind.word())).to_owned());
    lines.join("\n")
}

fn rules(phrases: &guanxi_model::phrases::Phrases, ctx: &Ctx, field: &Field) -> Vec<String> {
    let say = |key: &str| phrases.get(ctx.locale, key).to_owned();
    let mut rules = Vec::new();
    if field.required {
        rules.push(say("exchange.template.required"));
    }
    if is_unique(field) {
        rules.push(say("exchange.template.unique"));
    }
    if is_several(field) {
        rules.push(say("exchange.template.several"));
    }
    if field.target().is_some() {
        rules.push(say("exchange.template.reference"));
    }
    if let Some(max) = field.max_length {
        rules.push(phrases.fill(ctx.locale, "exchange.template.max_length", &[("max", &max.to_string())]));
    }
    if let Some(help) = &field.help {
        rules.push(help.get(ctx.locale).to_owned());
    }
    rules
}

fn options(ctx: &Ctx, field: &Field) -> String {
    let offered = field.options.iter().filter(|option| !option.inactive);
    offered.map(|option| option.label.get(ctx.locale)).collect::<Vec<_>>().join(" / ")
}
