//! A new field of a site's own: its kind, what the kind needs to know, and its rules.

use crate::{
    pages::{
        answer::{self, Ask},
        settings::{self, choose, label_of, labels, text},
    },
    session::{Answer, Params, Visit},
    ui::{self, Widget},
};
use axum::{body::Bytes, extract::Path, http::StatusCode, response::Response};
use guanxi_gate::Error;
use guanxi_model::{Choice, Field, FieldKind, Label};
use maud::{Markup, html as markup};

/// Kinds that a site's field can have; the others belong to the program.
const KINDS: [&str; 22] = [
    "text",
    "long_text",
    "number",
    "money",
    "percent",
    "rating",
    "date",
    "instant",
    "yes_no",
    "choice",
    "choices",
    "tags",
    "reference",
    "user",
    "department",
    "auto_number",
    "phone",
    "email",
    "link",
    "region",
    "address",
    "file",
];

/// `GET /settings/objects/{object}/fields/new`
///
/// # Errors
/// When there is no such object.
pub async fn ask(visit: Visit, Path(object): Path<String>) -> Answer {
    visit.answer(move |visit| draw(visit, &object, &Params::default(), None)).await
}

fn draw(visit: &Visit, object: &str, params: &Params, problem: Option<Markup>) -> Result<Response, Error> {
    visit.gate().object(object)?;
    let registry = visit.gate().registry();
    let value = |name: &str| params.get(name).unwrap_or_default().to_owned();
    let kinds =
        KINDS.iter().map(|kind| ui::Choice::new(*kind, visit.fill(&format!("kind.{kind}"), &[]))).collect();
    let mut targets = vec![ui::Choice::new("", visit.t("form.choose"))];
    targets.extend(
        registry.objects().map(|object| ui::Choice::new(&object.name, object.label.get(visit.locale()))),
    );
    let mut dictionaries = vec![ui::Choice::new("", visit.t("objects.own_options"))];
    dictionaries.extend(
        registry
            .dictionaries()
            .filter(|d| !d.name.contains('.'))
            .map(|d| ui::Choice::new(&d.name, d.label.get(visit.locale()))),
    );
    let hinted = |field: ui::Field, hint: &'static str| ui::Field { hint: visit.t(hint).to_owned(), ..field };
    let required =
        |field: ui::Field| ui::Field { required: Some(visit.t("form.required").to_owned()), ..field };
    let toggle = |name: &str, key: &'static str| ui::Field {
        widget: Widget::Switch(visit.t(key).to_owned()),
        value: params.all(name).last().unwrap_or_default().to_owned(),
        ..text(name, "", "")
    };
    let kind = if value("kind").is_empty() { "text".to_owned() } else { value("kind") };
    let body = markup! {
        @if let Some(problem) = &problem { (problem) }
        div .fields {
            (labels(visit, &label_of(params)))
            (ui::form_field(&required(hinted(text("name", visit.t("dictionaries.api_name"), &value("name")), "objects.field_name_hint"))))
            (ui::form_field(&choose("kind", visit.t("objects.kind"), &kind, kinds)))
            (ui::form_field(&hinted(choose("to", visit.t("objects.target"), &value("to"), targets), "objects.target_hint")))
            (ui::form_field(&hinted(choose("dictionary", visit.t("objects.dictionary"), &value("dictionary"), dictionaries), "objects.dictionary_hint")))
            (ui::form_field(&ui::Field {
                widget: Widget::Textarea, wide: true,
                ..hinted(text("options", visit.t("objects.options"), &value("options")), "objects.options_hint")
            }))
            (ui::form_field(&hinted(ui::Field { widget: Widget::Number("1".to_owned()), ..text("scale", visit.t("objects.scale"), &value("scale")) }, "objects.scale_hint")))
            (ui::form_field(&hinted(text("pattern", visit.t("objects.pattern"), &value("pattern")), "objects.pattern_hint")))
            (ui::form_field(&text("help_zh", visit.t("objects.help_zh"), &value("help_zh"))))
            (ui::form_field(&text("help_en", visit.t("objects.help_en"), &value("help_en"))))
        }
        div .row.wrap {
            (ui::widget(&toggle("required", "objects.required")))
            (ui::widget(&toggle("unique", "objects.unique")))
            (ui::widget(&toggle("indexed", "objects.indexed")))
            (ui::widget(&toggle("search", "objects.searched")))
        }
    };
    let ask = Ask {
        title: visit.t("objects.new_field").to_owned(),
        action: format!("/settings/objects/{object}/fields"),
        body,
        submit: visit.t("objects.create_field").to_owned(),
        wide: true,
        status: if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK },
        cancel: format!("/settings/objects/{object}"),
        menu: "settings".to_owned(),
        ..Ask::default()
    };
    ask.answer(visit)
}

/// `POST /settings/objects/{object}/fields`
///
/// # Errors
/// When the door fails; what it refuses is the dialog again.
pub async fn create(visit: Visit, Path(object): Path<String>, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let made = match read(visit, &params) {
                Ok(field) => visit.gate().add_field(visit.ctx(), &object, field),
                Err(key) => Err(Error::refused(key)),
            };
            match made {
                Ok(field) => {
                    let text =
                        visit.fill("objects.field_created", &[("name", field.label.get(visit.locale()))]);
                    Ok(answer::stay(visit, &format!("/settings/objects/{object}"), text, None))
                }
                Err(error) => {
                    let problem = settings::refusal(visit, error)?;
                    draw(visit, &object, &params, Some(problem))
                }
            }
        })
        .await
}

/// The field as posted, or the phrase that says what is missing.
fn read(visit: &Visit, params: &Params) -> Result<Field, &'static str> {
    let kind = match params.get("kind").unwrap_or("text") {
        "long_text" => FieldKind::LongText,
        "number" => FieldKind::Number {
            scale: params.get("scale").and_then(|n| n.parse().ok()).unwrap_or(0u8).min(6),
            min: None,
            max: None,
        },
        "money" => FieldKind::Money { negative: false },
        "percent" => FieldKind::Percent,
        "rating" => FieldKind::Rating { max: 5 },
        "date" => FieldKind::Date,
        "instant" => FieldKind::Instant,
        "yes_no" => FieldKind::YesNo,
        "choice" => FieldKind::Choice,
        "choices" => FieldKind::Choices,
        "tags" => FieldKind::Tags,
        "reference" => {
            let to = params.get("to").unwrap_or_default().to_owned();
            if visit.gate().object(&to).is_err() {
                return Err("objects.target_missing");
            }
            FieldKind::Reference { to }
        }
        "user" => FieldKind::User,
        "department" => FieldKind::Department,
        "auto_number" => {
            FieldKind::AutoNumber { pattern: params.get("pattern").unwrap_or("{0000}").to_owned() }
        }
        "phone" => FieldKind::Phone,
        "email" => FieldKind::Email,
        "link" => FieldKind::Link,
        "region" => FieldKind::Region,
        "address" => FieldKind::Address,
        "file" => FieldKind::File,
        _ => FieldKind::Text,
    };
    let mut field = Field::new(params.get("name").unwrap_or_default().trim(), label_of(params), kind);
    field.required = on(params, "required");
    field.unique = on(params, "unique");
    field.indexed = on(params, "indexed");
    field.search = on(params, "search");
    let help =
        Label::new(params.get("help_zh").unwrap_or_default(), params.get("help_en").unwrap_or_default());
    field.help = (!help.is_empty()).then_some(help);
    if matches!(field.kind, FieldKind::Choice | FieldKind::Choices) {
        field.dictionary = params.get("dictionary").map(str::to_owned);
        field.options = options(params.get("options").unwrap_or_default());
        if field.dictionary.is_none() && field.options.is_empty() {
            return Err("objects.options_missing");
        }
    }
    Ok(field)
}

/// One entry a line: `value = Chinese / English`; all but the Chinese may be left out.
fn options(text: &str) -> Vec<Choice> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .enumerate()
        .map(|(n, line)| {
            let (value, label) = line
                .split_once('=')
                .map_or((None, line), |(value, label)| (Some(value.trim()), label.trim()));
            let (zh, en) = label.split_once('/').map_or((label, label), |(zh, en)| (zh.trim(), en.trim()));
            let value = value
                .filter(|value| !value.is_empty())
                .map_or_else(|| format!("option_{}", n + 1), str::to_owned);
            Choice { value, label: Label::new(zh, en), ..Choice::default() }
        })
        .collect()
}

pub(super) fn on(params: &Params, name: &str) -> bool {
    params.all(name).last() == Some("true")
}
