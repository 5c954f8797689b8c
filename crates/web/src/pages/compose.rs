//! The composer over a timeline: a follow-up of any kind, or a task, about the record it stands on.

use crate::{
    pages::{
        answer::{self, record_id},
        form::input::{self, Inputs},
        timeline,
    },
    session::{self, Answer, Params, Visit},
    ui::{self, Composer, ComposerKind, Tone},
};
use axum::{body::Bytes, extract::Path, http::StatusCode, response::Response};
use guanxi_gate::{Draft, Error, Titles, Visible};
use guanxi_model::{Field, FieldKind, Label, Locale, Object, RecordId, Value, access::action};
use maud::{Markup, html as markup};

/// Whether follow-ups can be written on a record by the reader.
pub fn may_write(visit: &Visit, record: &Visible) -> bool {
    record.object.record.composer
        && (visit.may("activity", action::CREATE) || visit.may("task", action::CREATE))
}

/// The composer, when the object has one and the reader may write.
pub fn draw(visit: &Visit, record: &Visible) -> Markup {
    if !may_write(visit, record) {
        return markup! {};
    }
    let mut kinds = Vec::new();
    if visit.may("activity", action::CREATE)
        && let Ok(activity) = visit.gate().object("activity")
    {
        let types = activity.field("type").map(|field| field.options.clone()).unwrap_or_default();
        kinds.extend(types.iter().filter(|option| !option.inactive).take(6).map(|option| ComposerKind {
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
    let named = |field: &Field, key: &'static str| ui::Field {
        placeholder: visit.t(key).to_owned(),
        ..inputs.field(field, false)
    };
    let next = named(&next_field(), "compose.when");
    let contact = named(&contact_field(), "compose.contact");
    let tools = markup! {
        (session::csrf(visit))
        label .sr-only for=(next.id) { (next.label) }
        (ui::widget(&next))
        @if record.object.name == "customer" && visit.may("contact", action::READ) {
            label .sr-only for=(contact.id) { (contact.label) }
            (ui::widget(&contact))
        }
    };
    ui::composer(&Composer {
        action: format!("/{}/{}/compose", record.object.name, record.id),
        draft_key: format!("{}-{}", record.object.name, record.id),
        kinds,
        label: visit.t("compose.label").to_owned(),
        extra: None,
        tools: Some(tools),
        submit: visit.t("compose.submit").to_owned(),
        key: "Ctrl ↵".to_owned(),
    })
}

fn labelled(name: &str, key: &'static str, kind: FieldKind) -> Field {
    Field::new(name, Label::new(crate::texts::t(Locale::Zh, key), crate::texts::t(Locale::En, key)), kind)
}

fn next_field() -> Field {
    labelled("next", "compose.next", FieldKind::Instant)
}

fn contact_field() -> Field {
    labelled("contact", "compose.contact", FieldKind::Reference { to: "contact".to_owned() })
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
            let done = match params.get("kind") {
                Some("task") => task(visit, &record, &params),
                kind => follow_up(visit, &record, kind, &params),
            };
            match done {
                Ok(text) => Ok(answer::toasted(visit.go(&format!("/{object}/{id}")), Tone::Ok, text, None)),
                Err(error) => match answer::sentence(visit, &error).filter(|_| visit.asks.htmx) {
                    Some(text) => {
                        let mut response = answer::fragment(StatusCode::UNPROCESSABLE_ENTITY, markup! {});
                        // The page stays as it is, so that what was written is not lost.
                        response
                            .headers_mut()
                            .insert("hx-reswap", axum::http::HeaderValue::from_static("none"));
                        Ok(answer::toasted(response, Tone::Bad, text, None))
                    }
                    None => Err(error),
                },
            }
        })
        .await
}

fn extras(params: &Params) -> Draft {
    input::read(&[next_field(), contact_field()], params, "with.")
}

fn follow_up(
    visit: &Visit,
    record: &Visible,
    kind: Option<&str>,
    params: &Params,
) -> Result<&'static str, Error> {
    let activity = visit.gate().object("activity")?;
    let extra = extras(params);
    let mut draft = Draft::new().set("content", params.get("text").unwrap_or_default());
    draft.issues.clone_from(&extra.issues);
    if let Some(kind) = kind {
        draft = draft.set("type", kind);
    }
    if !extra.get("next").is_null() {
        draft.values.insert("next_contact_at".to_owned(), extra.get("next").clone());
    }
    if !extra.get("contact").is_null() {
        draft.values.insert("contact".to_owned(), extra.get("contact").clone());
    }
    about(&activity, record, &mut draft);
    visit.gate().create(visit.ctx(), "activity", draft, true)?;
    Ok(visit.t("compose.written"))
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
    if object == "contact" && draft.get("contact").is_null() {
        draft.values.insert("contact".to_owned(), Value::Ref(record.id));
    }
}

fn task(visit: &Visit, record: &Visible, params: &Params) -> Result<&'static str, Error> {
    let task = visit.gate().object("task")?;
    let extra = extras(params);
    let text = params.get("text").unwrap_or_default().trim();
    // The first line is the task, the rest its description.
    let (title, rest) = text.split_once('\n').unwrap_or((text, ""));
    let mut draft = Draft::new().set("title", title).set("description", rest.trim());
    draft.issues.clone_from(&extra.issues);
    if let Some(due) = extra.get("next").as_instant() {
        draft = draft.set("due_on", due.to_zoned(visit.ctx().zone.clone()).date());
    }
    let regards = task.field("regarding").map(Field::value_kind);
    if matches!(regards, Some(FieldKind::AnyReference { to }) if to.contains(&record.object.name)) {
        draft.values.insert("regarding".to_owned(), Value::AnyRef(record.object.name.clone(), record.id));
    }
    visit.gate().create(visit.ctx(), "task", draft, true)?;
    Ok(visit.t("compose.task_made"))
}
