//! The composer over a timeline: a follow-up of any kind, or a task, about the record it stands on.

use crate::{
    pages::{
        answer::{self, record_id},
        form::input::{self, Inputs},
        timeline,
    },
    session::{self, Answer, Params, Visit},
    ui::{self, Choice, Composer, ComposerFiles, ComposerKind, Tone, Widget},
};
use axum::{Json, body::Bytes, extract::Path, response::IntoResponse, response::Response};
use guanxi_gate::{Draft, Error, Titles, Visible};
use guanxi_model::{
    Field, FieldKind, Label, Locale, Object, Query, RecordId, Value,
    access::action,
    expr::{self, Expr},
};
use jiff::{ToSpan as _, civil::Date};
use maud::{Markup, html as markup};
use serde_json::json;

/// Kinds of follow-up that stand over the text; the rest of a long dictionary is chosen on the form.
const KINDS: usize = 8;
/// Contacts and opportunities of a customer that can be chosen.
const OFFERED: usize = 50;
/// Phrases offered after a slash.
const PHRASES: usize = 30;
/// Fields of a follow-up that the composer asks for beside its text.
const ASKED: [&str; 9] = [
    "contact",
    "opportunity",
    "communication",
    "follow_up_status",
    "preparation",
    "place",
    "latitude",
    "longitude",
    "attachments",
];

/// Whether follow-ups can be written on a record by the reader.
pub fn may_write(visit: &Visit, record: &Visible) -> bool {
    record.object.record.composer
        && super::pool::lies_in(record).is_none()
        && (visit.may("activity", action::CREATE) || visit.may("task", action::CREATE))
}

/// The composer, when the object has one and the reader may write; `hint` stands over what it asks.
///
/// # Errors
/// When what can be chosen cannot be read.
pub fn draw(visit: &Visit, record: &Visible, hint: &Markup) -> Result<Markup, Error> {
    if !may_write(visit, record) {
        return Ok(markup! {});
    }
    let activity = visit.gate().object("activity")?;
    let writes = visit.may("activity", action::CREATE);
    let mut kinds = Vec::new();
    if writes {
        let types = activity.field("type").map(|field| field.options.clone()).unwrap_or_default();
        kinds.extend(types.iter().filter(|option| !option.inactive).take(KINDS).map(|option| ComposerKind {
            value: option.value.clone(),
            label: option.label.get(visit.locale()).to_owned(),
            icon: timeline::note_icon(&option.value).to_owned(),
            placeholder: visit.t("compose.placeholder").to_owned(),
        }));
    }
    if visit.may("task", action::CREATE) {
        kinds.push(ComposerKind {
            value: "task".to_owned(),
            label: visit.t("compose.task").to_owned(),
            icon: "list-todo".to_owned(),
            placeholder: visit.t("compose.task_placeholder").to_owned(),
        });
    }
    let (params, titles) = (Params::default(), Titles::default());
    let inputs = Inputs { visit, params: &params, titles: &titles, issues: &[], prefix: "with.".to_owned() };
    let extra = markup! {
        (hint)
        (when(visit, &inputs))
        @if writes { (asked(visit, record, &activity, &inputs)?) }
    };
    let tools = markup! {
        (session::csrf(visit))
        button .btn.ghost.square.sz-s type="button" data-insert="@" data-tip=(visit.t("compose.mention")) {
            (ui::icon("at-sign")) span .sr-only { (visit.t("compose.mention")) }
        }
        button .btn.ghost.square.sz-s type="button" data-insert="/" data-tip=(visit.t("compose.phrase")) {
            (ui::icon("text-cursor-input")) span .sr-only { (visit.t("compose.phrase")) }
        }
    };
    Ok(ui::composer(&Composer {
        action: format!("/{}/{}/compose", record.object.name, record.id),
        draft_key: format!("{}-{}", record.object.name, record.id),
        kinds,
        label: visit.t("compose.label").to_owned(),
        extra: Some(extra),
        tools: Some(tools),
        files: writes.then(|| ComposerFiles {
            name: "with.attachments".to_owned(),
            upload: "/files".to_owned(),
            attach: visit.t("compose.attach").to_owned(),
            camera: visit.t("compose.camera").to_owned(),
        }),
        phrases: visit.may("quick_phrase", action::READ).then(|| "/quick-phrases".to_owned()),
        submit: visit.t("compose.submit").to_owned(),
        key: "Ctrl ↵".to_owned(),
    }))
}

/// The next contact, with the days that are chosen most.
fn when(visit: &Visit, inputs: &Inputs<'_>) -> Markup {
    let next =
        ui::Field { placeholder: visit.t("compose.when").to_owned(), ..inputs.field(&next_field(), false) };
    let today = visit.ctx().today;
    let monday = today + (7 - i64::from(today.weekday().to_monday_zero_offset())).days();
    let quick = [
        ("compose.tomorrow", today + 1.day()),
        ("compose.in_three_days", today + 3.days()),
        ("compose.next_monday", monday),
    ];
    markup! {
        div .when {
            label .label for=(next.id) { (visit.t("compose.next_label")) }
            (ui::widget(&next))
            @for (key, date) in quick {
                button .btn.ghost.sz-s type="button" data-next=(morning(date)) { (visit.t(key)) }
            }
        }
    }
}

/// Nine o'clock, when one reaches people.
fn morning(date: Date) -> String {
    format!("{date} 09:00")
}

/// The fields of a follow-up that can be given at once: who, which business, what kind of talk, where.
fn asked(visit: &Visit, record: &Visible, activity: &Object, inputs: &Inputs<'_>) -> Result<Markup, Error> {
    let mut fields = Vec::new();
    for name in ["contact", "opportunity", "communication", "follow_up_status"] {
        let Some(field) = activity.field(name).filter(|field| !field.inactive) else { continue };
        let mut input = inputs.field(field, false);
        if matches!(field.value_kind(), FieldKind::Reference { .. }) {
            if record.object.name == name {
                continue;
            }
            let choices = belonging(visit, record, name)?;
            if choices.is_empty() {
                continue;
            }
            let blank = Choice::new("", field.label.get(visit.locale()));
            input.widget = Widget::Select(std::iter::once(blank).chain(choices).collect());
        } else if let Widget::Select(choices) = &mut input.widget
            && let Some(blank) = choices.first_mut().filter(|choice| choice.value.is_empty())
        {
            // The label stands in the empty choice, so that four of them fit into one line.
            field.label.get(visit.locale()).clone_into(&mut blank.label);
        }
        fields.push(input);
    }
    let prepared = preparations(visit, record, activity, inputs)?;
    let place = activity.field("place").map(|field| inputs.field(field, false));
    Ok(markup! {
        div .ask {
            @for field in &fields {
                label .sr-only for=(field.id) { (field.label) }
                (ui::widget(field))
            }
        }
        (prepared)
        @if let Some(mut place) = place {
            @let () = { place.placeholder = visit.t("compose.place").to_owned(); };
            div .where data-only="visit,check_in,event" hidden {
                label .sr-only for=(place.id) { (place.label) }
                (ui::widget(&place))
                button .btn.ghost.sz-s type="button" data-locate { (ui::icon("map-pin")) span .label { (visit.t("compose.locate")) } }
                span .muted data-located aria-live="polite" {}
                input type="hidden" name="with.latitude";
                input type="hidden" name="with.longitude";
            }
        }
    })
}

/// What was prepared for a call, and the way to prepare one: six items, kept with the call.
fn preparations(
    visit: &Visit,
    record: &Visible,
    activity: &Object,
    inputs: &Inputs<'_>,
) -> Result<Markup, Error> {
    let customer =
        if record.object.name == "customer" { Some(record.id) } else { record.get("customer").as_ref() };
    let (Some(customer), Some(field)) = (customer, activity.field("preparation")) else {
        return Ok(markup! {});
    };
    if !visit.may("call_preparation", action::CREATE) {
        return Ok(markup! {});
    }
    let open = Expr::eq("customer", Expr::Id(customer)).and(Expr::eq("status", "open"));
    let query =
        Query::of("call_preparation").fields(["purpose"]).filter(open).sort(["-created_at"]).limit(OFFERED);
    let rows = visit.gate().list(visit.ctx(), &query)?.rows;
    let mut input = inputs.field(field, false);
    let blank = Choice::new("", visit.t("compose.preparation"));
    input.widget = Widget::Select(
        std::iter::once(blank)
            .chain(rows.iter().map(|row| Choice::new(row.id.to_string(), row.title())))
            .collect(),
    );
    let back = format!("/{}/{}", record.object.name, record.id);
    let url = format!("/call_preparation/new?customer={customer}&back={}", session::encode(&back));
    // The first kind is a call in the shipped dictionary; the island shows it for calls alone.
    Ok(markup! {
        div .where data-only="call" {
            @if !rows.is_empty() {
                label .sr-only for=(input.id) { (visit.t("compose.preparation")) }
                (ui::widget(&input))
            }
            button .btn.ghost.sz-s type="button" data-dialog=(url) { (ui::icon("list-checks")) span .label { (visit.t("compose.prepare")) } }
        }
    })
}

/// The contacts or open opportunities of the customer that a record belongs to.
fn belonging(visit: &Visit, record: &Visible, object: &str) -> Result<Vec<Choice>, Error> {
    let customer =
        if record.object.name == "customer" { Some(record.id) } else { record.get("customer").as_ref() };
    let Some(customer) = customer.filter(|_| visit.may(object, action::READ)) else { return Ok(Vec::new()) };
    let mut filter = Expr::eq("customer", Expr::Id(customer));
    if object == "opportunity" {
        filter = filter.and(expr::parse(r#"status in ["unassigned", "assigned", "developing"]"#)?);
    }
    let title = visit.gate().object(object)?.title.clone();
    let query = Query::of(object).fields([title]).filter(filter).sort(["-created_at"]).limit(OFFERED);
    let rows = visit.gate().list(visit.ctx(), &query)?.rows;
    Ok(rows.iter().map(|row| Choice::new(row.id.to_string(), row.title())).collect())
}

/// `GET /quick-phrases?q=`: one's own phrases and the company's, for the list after a slash.
///
/// # Errors
/// When they cannot be read.
pub async fn phrases(visit: Visit) -> Answer {
    let params = Params::parse(visit.asks.uri.query().unwrap_or_default());
    visit
        .answer(move |visit| -> Result<_, Error> {
            if !visit.may("quick_phrase", action::READ) {
                return Ok(Json(json!([])).into_response());
            }
            let mut query = Query::of("quick_phrase")
                .fields(["title", "content", "reach"])
                .filter(expr::parse(r#"owner == me || reach == "company""#)?)
                .sort(["title"])
                .limit(PHRASES);
            query.search = params.get("q").map(str::to_owned);
            let page = visit.gate().list(visit.ctx(), &query)?;
            let text = |row: &Visible, field: &str| row.get(field).as_text().unwrap_or_default().to_owned();
            let items: Vec<_> = page
                .rows
                .iter()
                .map(|row| {
                    let content = text(row, "content");
                    let hint: String = content.chars().take(24).collect();
                    json!({ "id": row.id, "label": text(row, "title"), "hint": hint, "text": content })
                })
                .collect();
            Ok(Json(json!(items)).into_response())
        })
        .await
}

fn labelled(name: &str, key: &'static str, kind: FieldKind) -> Field {
    Field::new(name, Label::new(crate::texts::t(Locale::Zh, key), crate::texts::t(Locale::En, key)), kind)
}

fn next_field() -> Field {
    labelled("next", "compose.next", FieldKind::Instant)
}

/// `POST /{object}/{id}/compose`
///
/// # Errors
/// When the door fails; what it refuses is a toast, and the draft stays in the composer.
pub async fn write(visit: Visit, Path((object, id)): Path<(String, String)>, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let id = record_id(&id)?;
            let record = visit.gate().get(visit.ctx(), &object, id)?;
            let page = || visit.go(&format!("/{object}/{id}"));
            let done = match params.get("kind") {
                Some("task") => {
                    task(visit, &record, &params).map(|text| answer::toasted(page(), Tone::Ok, text, None))
                }
                kind => follow_up(visit, &record, kind, &params).and_then(|made| {
                    timeline::told(visit, page(), "activity", made, visit.t("compose.written"))
                }),
            };
            match done {
                Ok(response) => Ok(response),
                Err(error) => match answer::sentence(visit, &error).filter(|_| visit.asks.htmx) {
                    Some(text) => Ok(answer::toasted(timeline::kept(), Tone::Bad, text, None)),
                    None => Err(error),
                },
            }
        })
        .await
}

fn follow_up(
    visit: &Visit,
    record: &Visible,
    kind: Option<&str>,
    params: &Params,
) -> Result<RecordId, Error> {
    let activity = visit.gate().object("activity")?;
    let mut draft = input::read(ASKED.iter().filter_map(|name| activity.field(name)), params, "with.");
    draft.values.retain(|_, value| !value.is_null());
    let next = input::read([&next_field()], params, "with.");
    draft.issues.extend(next.issues.iter().cloned());
    draft = draft.set("content", params.get("text").unwrap_or_default());
    if let Some(kind) = kind {
        draft = draft.set("type", kind);
    }
    if !next.get("next").is_null() {
        draft = draft.set("next_contact_at", next.get("next").clone());
    }
    about(&activity, record, &mut draft);
    Ok(visit.gate().create(visit.ctx(), "activity", draft, true)?.id)
}

/// What it is about, and the customer that the record belongs to, on whose timeline it stands too.
fn about(activity: &Object, record: &Visible, draft: &mut Draft) {
    let object = record.object.name.as_str();
    let names = |field: &str| match activity.field(field).map(Field::value_kind) {
        Some(FieldKind::AnyReference { to }) => to.iter().any(|name| name == object),
        _ => false,
    };
    if names("regarding") {
        draft.values.insert("regarding".to_owned(), Value::AnyRef(object.to_owned(), record.id));
    }
    let customer: Option<RecordId> =
        if object == "customer" { Some(record.id) } else { record.get("customer").as_ref() };
    if let Some(customer) = customer {
        draft.values.insert("customer".to_owned(), Value::Ref(customer));
    }
}

fn task(visit: &Visit, record: &Visible, params: &Params) -> Result<&'static str, Error> {
    let task = visit.gate().object("task")?;
    let next = input::read([&next_field()], params, "with.");
    let text = params.get("text").unwrap_or_default().trim();
    // The first line is the task, the rest its description.
    let (title, rest) = text.split_once('\n').unwrap_or((text, ""));
    let mut draft = Draft::new().set("title", title).set("description", rest.trim());
    draft.issues.clone_from(&next.issues);
    if let Some(due) = next.get("next").as_instant() {
        draft = draft.set("due_on", due.to_zoned(visit.ctx().zone.clone()).date());
    }
    let regards = task.field("regarding").map(Field::value_kind);
    if matches!(regards, Some(FieldKind::AnyReference { to }) if to.contains(&record.object.name)) {
        draft.values.insert("regarding".to_owned(), Value::AnyRef(record.object.name.clone(), record.id));
    }
    visit.gate().create(visit.ctx(), "task", draft, true)?;
    Ok(visit.t("compose.task_made"))
}
