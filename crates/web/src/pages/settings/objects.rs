//! Objects and their fields: what the program ships, and what a site adds, which is usable at once.

use super::{choose, label_of, labels, text};
use crate::{
    pages::answer::{self, Ask},
    session::{Answer, Params, Visit},
    show,
    ui::{self, Button, Widget},
};
use axum::{body::Bytes, extract::Path, http::StatusCode, response::Response};
use guanxi_gate::Error;
use guanxi_model::{Choice, Field, FieldKind, Label, Object};
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

/// `GET /settings/objects`
///
/// # Errors
/// When the page cannot be drawn.
pub async fn show(visit: Visit) -> Answer {
    visit.page(|visit| Ok::<_, Error>(list(visit))).await
}

fn list(visit: &Visit) -> crate::page::Page {
    let registry = visit.gate().registry();
    let rows: Vec<Vec<Markup>> = registry
        .objects()
        .map(|object| {
            let fields = object.active_fields().filter(|field| !field.system).count();
            let own = object.fields.iter().filter(|field| field.custom).count();
            vec![
                markup! { a .link.inline href={ "/settings/objects/" (object.name) } { (ui::icon(&object.icon)) (object.label.get(visit.locale())) } },
                markup! { code { (object.name) } },
                markup! { (fields) @if own > 0 { " " span .muted { (visit.fill("objects.own_fields", &[("n", &own.to_string())])) } } },
                if object.custom { ui::tag(visit.t("objects.custom"), 285) } else { ui::plain_tag(visit.t("objects.shipped")) },
            ]
        })
        .collect();
    let heads = [
        visit.t("objects.object"),
        visit.t("dictionaries.api_name"),
        visit.t("objects.fields"),
        visit.t("objects.origin"),
    ];
    let body = markup! { p .muted { (visit.t("objects.about")) } (super::table(&heads, &rows)) };
    let add = markup! { (Button::new(visit.t("objects.new")).primary().icon("plus").key("C").dialog("/settings/objects/new")) };
    super::page(visit, "objects", visit.t("settings.objects"), Some(add), &body)
}

/// `GET /settings/objects/new`
///
/// # Errors
/// When the page cannot be drawn.
pub async fn new(visit: Visit) -> Answer {
    visit.answer(|visit| object_form(visit, &Params::default(), None)).await
}

fn object_form(visit: &Visit, params: &Params, problem: Option<Markup>) -> Result<Response, Error> {
    let name = ui::Field {
        hint: visit.t("objects.name_hint").to_owned(),
        required: Some(visit.t("form.required").to_owned()),
        ..text("name", visit.t("dictionaries.api_name"), params.get("name").unwrap_or_default())
    };
    let ask = Ask {
        title: visit.t("objects.new").to_owned(),
        action: "/settings/objects".to_owned(),
        body: markup! {
            @if let Some(problem) = &problem { (problem) }
            div .fields { (labels(visit, &label_of(params))) (ui::form_field(&name)) }
            p .hint { (visit.t("objects.new_hint")) }
        },
        submit: visit.t("objects.create").to_owned(),
        status: if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK },
        cancel: "/settings/objects".to_owned(),
        menu: "settings".to_owned(),
        ..Ask::default()
    };
    ask.answer(visit)
}

/// `POST /settings/objects`
///
/// # Errors
/// When the door fails; what it refuses is the dialog again.
pub async fn create(visit: Visit, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let name = params.get("name").unwrap_or_default().trim().to_owned();
            match visit.gate().add_object(visit.ctx(), &name, label_of(&params)) {
                Ok(object) => {
                    let text = visit.fill("objects.created", &[("name", object.label.get(visit.locale()))]);
                    Ok(answer::done(visit, &format!("/settings/objects/{name}"), text, None))
                }
                Err(error) => {
                    let problem = super::refusal(visit, error)?;
                    object_form(visit, &params, Some(problem))
                }
            }
        })
        .await
}

/// `GET /settings/objects/{object}`
///
/// # Errors
/// When there is no such object.
pub async fn fields(visit: Visit, Path(name): Path<String>) -> Answer {
    visit.page(move |visit| one(visit, &name)).await
}

fn one(visit: &Visit, name: &str) -> Result<crate::page::Page, Error> {
    let object = visit.gate().object(name)?;
    let rows: Vec<Vec<Markup>> =
        object.fields.iter().filter(|field| !field.system).map(|field| row(visit, &object, field)).collect();
    let heads = [
        visit.t("objects.field"),
        visit.t("dictionaries.api_name"),
        visit.t("objects.kind"),
        visit.t("objects.rules"),
        visit.t("users.state"),
        "",
    ];
    let body = markup! {
        p { a .link.inline href="/settings/objects" { (ui::icon("arrow-left")) (visit.t("settings.objects")) } }
        @if !object.about.is_empty() { p .muted { (object.about.get(visit.locale())) } }
        (super::table(&heads, &rows))
        p .hint { (visit.t("objects.used_hint")) }
    };
    let url = format!("/settings/objects/{name}");
    let actions = markup! {
        (Button::new(visit.t("objects.rename")).icon("pencil").dialog(format!("{url}/label")))
        (Button::new(visit.t("objects.open")).icon(&object.icon).go(format!("/{name}")))
        (Button::new(visit.t("objects.new_field")).primary().icon("plus").key("C").dialog(format!("{url}/fields/new")))
    };
    Ok(super::page(visit, "objects", object.label.get(visit.locale()), Some(actions), &body))
}

/// The kind of a field in words.
pub fn kind_label(visit: &Visit, kind: &FieldKind) -> String {
    visit.fill(&format!("kind.{}", kind.word()), &[])
}

fn row(visit: &Visit, object: &Object, field: &Field) -> Vec<Markup> {
    let url = format!("/settings/objects/{}/fields/{}", object.name, field.name);
    let target = field.target().and_then(|target| visit.gate().object(target).ok());
    let needed = field.name == object.title || Some(&field.name) == object.status.as_ref();
    vec![
        markup! { span .inline { (ui::icon(show::icon_of(field))) (field.label.get(visit.locale())) } },
        markup! { code { (field.name) } },
        markup! {
            (kind_label(visit, &field.kind))
            @if let Some(target) = target { " " span .muted { "→ " (target.label.get(visit.locale())) } }
            @if let Some(dictionary) = field.dictionary.as_deref().filter(|_| matches!(field.value_kind(), FieldKind::Choice | FieldKind::Choices)) {
                // On a line of its own: within a text, colour alone would tell the link.
                div { a .link href={ "/settings/dictionaries/" (dictionary) } { (visit.t("objects.options")) } }
            }
        },
        markup! {
            span .tags {
                @if field.required { (ui::plain_tag(visit.t("objects.required"))) }
                @if field.unique { (ui::plain_tag(visit.t("objects.unique"))) }
                @if field.search { (ui::plain_tag(visit.t("objects.searched"))) }
                @if field.mask.is_some() { (ui::plain_tag(visit.t("objects.masked"))) }
                @if field.custom { (ui::tag(visit.t("objects.custom"), 285)) }
            }
        },
        if field.inactive {
            ui::toned("ban", visit.t("dictionaries.inactive"), ui::Tone::Muted)
        } else {
            ui::toned("check", visit.t("dictionaries.active"), ui::Tone::Ok)
        },
        markup! {
            span .row {
                (Button::icon_only("pencil", visit.t("record.edit")).small().dialog(format!("{url}/edit")))
                @if needed {
                    (Button::new(visit.t("dictionaries.deactivate")).small().disabled(visit.t("objects.needed")))
                } @else if field.inactive {
                    (Button::new(visit.t("dictionaries.activate")).small().post(format!("{url}/activate")))
                } @else {
                    (Button::new(visit.t("dictionaries.deactivate")).small().post(format!("{url}/deactivate")))
                }
            }
        },
    ]
}

/// `GET /settings/objects/{object}/label`
///
/// # Errors
/// When there is no such object.
pub async fn ask_label(visit: Visit, Path(name): Path<String>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let object = visit.gate().object(&name)?;
            label_form(visit, &name, &object.label, None)
        })
        .await
}

fn label_form(visit: &Visit, name: &str, label: &Label, problem: Option<Markup>) -> Result<Response, Error> {
    let ask = Ask {
        title: visit.t("objects.rename").to_owned(),
        action: format!("/settings/objects/{name}/label"),
        body: markup! { @if let Some(problem) = &problem { (problem) } div .fields { (labels(visit, label)) } },
        submit: visit.t("common.save").to_owned(),
        status: if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK },
        cancel: format!("/settings/objects/{name}"),
        menu: "settings".to_owned(),
        ..Ask::default()
    };
    ask.answer(visit)
}

/// `POST /settings/objects/{object}/label`
///
/// # Errors
/// When the door fails; what it refuses is the dialog again.
pub async fn rename(visit: Visit, Path(name): Path<String>, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let label = label_of(&params);
            let done = if label.is_empty() {
                Err(Error::refused("settings.label_missing"))
            } else {
                visit.gate().patch_object(visit.ctx(), &name, serde_json::json!({ "label": label }))
            };
            match done {
                Ok(_) => Ok(answer::stay(
                    visit,
                    &format!("/settings/objects/{name}"),
                    visit.t("settings.saved"),
                    None,
                )),
                Err(error) => {
                    let problem = super::refusal(visit, error)?;
                    label_form(visit, &name, &label, Some(problem))
                }
            }
        })
        .await
}

/// `GET /settings/objects/{object}/fields/new`
///
/// # Errors
/// When there is no such object.
pub async fn new_field(visit: Visit, Path(object): Path<String>) -> Answer {
    visit.answer(move |visit| field_form(visit, &object, &Params::default(), None)).await
}

fn field_form(
    visit: &Visit,
    object: &str,
    params: &Params,
    problem: Option<Markup>,
) -> Result<Response, Error> {
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

fn on(params: &Params, name: &str) -> bool {
    params.all(name).last() == Some("true")
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

/// `POST /settings/objects/{object}/fields`
///
/// # Errors
/// When the door fails; what it refuses is the dialog again.
pub async fn create_field(visit: Visit, Path(object): Path<String>, body: Bytes) -> Answer {
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
                    let problem = super::refusal(visit, error)?;
                    field_form(visit, &object, &params, Some(problem))
                }
            }
        })
        .await
}

/// `GET /settings/objects/{object}/fields/{field}/edit`
///
/// # Errors
/// When there is no such field.
pub async fn edit_field(visit: Visit, Path((object, name)): Path<(String, String)>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let document = visit.gate().object(&object)?;
            change_form(visit, &document, document.field(&name).ok_or(Error::NotFound)?, None)
        })
        .await
}

fn change_form(
    visit: &Visit,
    object: &Object,
    field: &Field,
    problem: Option<Markup>,
) -> Result<Response, Error> {
    let help = field.help.clone().unwrap_or_default();
    let toggle = |name: &str, key: &'static str, on: bool| {
        let field = ui::Field {
            widget: Widget::Switch(visit.t(key).to_owned()),
            value: on.to_string(),
            ..text(name, "", "")
        };
        ui::widget(&field)
    };
    let body = markup! {
        @if let Some(problem) = &problem { (problem) }
        p .muted { code { (field.name) } " · " (kind_label(visit, &field.kind)) }
        div .fields {
            (labels(visit, &field.label))
            (ui::form_field(&text("help_zh", visit.t("objects.help_zh"), &help.zh)))
            (ui::form_field(&text("help_en", visit.t("objects.help_en"), &help.en)))
        }
        div .row.wrap {
            (toggle("required", "objects.required", field.required))
            (toggle("indexed", "objects.indexed", field.indexed))
            (toggle("search", "objects.searched", field.search))
        }
    };
    let ask = Ask {
        title: visit.fill("form.edit", &[("name", field.label.get(visit.locale()))]),
        action: format!("/settings/objects/{}/fields/{}/edit", object.name, field.name),
        body,
        submit: visit.t("common.save").to_owned(),
        wide: true,
        status: if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK },
        cancel: format!("/settings/objects/{}", object.name),
        menu: "settings".to_owned(),
        ..Ask::default()
    };
    ask.answer(visit)
}

/// `POST /settings/objects/{object}/fields/{field}/edit`
///
/// # Errors
/// When the door fails; what it refuses is the dialog again.
pub async fn save_field(visit: Visit, Path((object, name)): Path<(String, String)>, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let document = visit.gate().object(&object)?;
            let before = document.field(&name).ok_or(Error::NotFound)?;
            let help = Label::new(
                params.get("help_zh").unwrap_or_default(),
                params.get("help_en").unwrap_or_default(),
            );
            let mut after = before.clone();
            after.label = label_of(&params);
            after.help = (!help.is_empty()).then_some(help);
            after.required = on(&params, "required");
            after.indexed = on(&params, "indexed");
            after.search = on(&params, "search");
            // Only what differs is a difference of the site; the rest goes on following the program.
            let mut patch = serde_json::Map::new();
            if after.label != before.label {
                patch.insert("label".to_owned(), serde_json::json!(after.label));
            }
            if after.help != before.help {
                patch.insert("help".to_owned(), serde_json::json!(after.help));
            }
            for (key, old, new) in [
                ("required", before.required, after.required),
                ("indexed", before.indexed, after.indexed),
                ("search", before.search, after.search),
            ] {
                if old != new {
                    patch.insert(key.to_owned(), new.into());
                }
            }
            let done = if after.label.is_empty() {
                Err(Error::refused("settings.label_missing"))
            } else if patch.is_empty() {
                Ok(before.clone())
            } else {
                visit.gate().patch_field(visit.ctx(), &object, &name, patch.into())
            };
            match done {
                Ok(_) => Ok(answer::stay(
                    visit,
                    &format!("/settings/objects/{object}"),
                    visit.t("settings.saved"),
                    None,
                )),
                Err(error) => {
                    let problem = super::refusal(visit, error)?;
                    change_form(visit, &document, &after, Some(problem))
                }
            }
        })
        .await
}

/// `POST /settings/objects/{object}/fields/{field}/deactivate`
///
/// # Errors
/// When the field is needed.
pub async fn deactivate(visit: Visit, Path((object, field)): Path<(String, String)>) -> Answer {
    set_inactive(visit, object, field, true).await
}

/// `POST /settings/objects/{object}/fields/{field}/activate`
///
/// # Errors
/// When the door refuses.
pub async fn activate(visit: Visit, Path((object, field)): Path<(String, String)>) -> Answer {
    set_inactive(visit, object, field, false).await
}

async fn set_inactive(visit: Visit, object: String, field: String, inactive: bool) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            visit.gate().patch_field(
                visit.ctx(),
                &object,
                &field,
                serde_json::json!({ "inactive": inactive }),
            )?;
            let (text, back) = if inactive {
                ("dictionaries.deactivated", "activate")
            } else {
                ("dictionaries.activated", "deactivate")
            };
            let undo = format!("/settings/objects/{object}/fields/{field}/{back}");
            Ok(answer::stay(visit, &format!("/settings/objects/{object}"), visit.t(text), Some(undo)))
        })
        .await
}
