//! The form of a new record and of a record that is edited, as a page or in a dialog. It is drawn from the
//! object's document; conditions on fields are answered by the server whenever a field they mention changes.

pub mod conflict;
pub mod input;
mod lines;
pub mod similar;
mod when;

use crate::{
    page::Page,
    pages::answer::{self, done, in_dialog, record_id},
    session::{self, Answer, Params, Visit},
    ui::{self, Button},
};
use axum::{body::Bytes, extract::Path, http::StatusCode, response::Response};
use guanxi_gate::{DuplicateHit, Error, Stale};
use guanxi_model::{Field, FieldLevel, Issue, Object, RecordId, access::action};
use input::Inputs;
use maud::{Markup, html as markup};
use std::{collections::BTreeMap, sync::Arc};

/// What redraws a form waits for its turn: of two answers on their way at once, the later one would otherwise take back
/// what the other brought, such as a line that was just added.
const ONE_AT_A_TIME: &str = "body:queue all";

pub use similar::check as duplicates;
pub use when::reached;

/// A form: what it is about, what it holds, and what is wrong with it.
struct Form {
    object: Arc<Object>,
    record: Option<(RecordId, String)>,
    levels: BTreeMap<String, FieldLevel>,
    params: Params,
    issues: Vec<Issue>,
    hits: Vec<DuplicateHit>,
    stale: Option<Stale>,
    status: StatusCode,
}

/// `GET /{object}/new`
///
/// # Errors
/// When the caller may not make such records.
pub async fn new(visit: Visit, Path(object): Path<String>) -> Answer {
    visit.answer(move |visit| Form::blank(visit, &object)?.answer(visit)).await
}

/// `POST /{object}/new`
///
/// # Errors
/// When the door fails; what it refuses is the form again.
pub async fn create(visit: Visit, Path(object): Path<String>, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let mut form = Form::posted(visit, &object, None, params)?;
            let draft = input::read(form.offered(), &form.params, "");
            let saved = lines::create(visit, &form.object, draft, &form.params, form.params.has("anyway"));
            match saved {
                Ok(record) => {
                    let title = record.title();
                    let text = visit.fill("form.created", &[("name", &title)]);
                    let page = format!("/{object}/{}", record.id);
                    if form.params.get("then") == Some("new") {
                        return Ok(done(visit, &format!("/{object}/new"), text, None));
                    }
                    // A dialog over a record's page adds to that page; anything else leads to the new record.
                    match form.params.get("back") {
                        Some(back) => Ok(answer::stay(visit, back, text, None)),
                        None => Ok(done(visit, &page, text, None)),
                    }
                }
                Err(error) => form.refused(visit, error)?.answer(visit),
            }
        })
        .await
}

/// `GET /{object}/{id}/edit`
///
/// # Errors
/// When there is no such record, or the caller may not change it.
pub async fn edit(visit: Visit, Path((object, id)): Path<(String, String)>) -> Answer {
    visit.answer(move |visit| Form::of(visit, &object, record_id(&id)?)?.answer(visit)).await
}

/// `POST /{object}/{id}/edit`
///
/// # Errors
/// When the door fails; what it refuses is the form again.
pub async fn update(visit: Visit, Path((object, id)): Path<(String, String)>, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let id = record_id(&id)?;
            let mut form = Form::posted(visit, &object, Some(id), params)?;
            let mut draft = input::read(form.offered(), &form.params, "");
            let version = form.params.get("version").and_then(|text| text.parse().ok());
            draft.values.retain(|field, _| form.params.get(&format!("keep.{field}")) != Some("theirs"));
            match lines::update(visit, &form.object, id, version, draft, &form.params) {
                Ok(record) => {
                    let text = visit.fill("form.saved", &[("name", &record.title())]);
                    let page = format!("/{object}/{id}");
                    Ok(answer::stay(visit, answer::back(&form.params, &page), text, None))
                }
                Err(error) => form.refused(visit, error)?.answer(visit),
            }
        })
        .await
}

/// `POST /{object}/form`: the form again, after a field changed that others depend on, or a line was added
/// or removed.
///
/// # Errors
/// When the caller may not use the form.
pub async fn refresh(visit: Visit, Path(object): Path<String>, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .fragment(move |visit| -> Result<Markup, Error> {
            let id = params.get("record").map(record_id).transpose()?;
            let mut form = Form::posted(visit, &object, id, params)?;
            lines::change(&mut form.params);
            let dialog = form.params.get("in") == Some("dialog");
            if dialog { form.body(visit, true) } else { form.page_form(visit) }
        })
        .await
}

impl Form {
    fn blank(visit: &Visit, object: &str) -> Result<Form, Error> {
        let object = visit.gate().object(object)?;
        if object.access.program_only {
            return Err(Error::forbidden("error.program_only"));
        }
        let levels = visit.gate().form_fields(visit.ctx(), &object.name)?;
        let query = Params::parse(visit.asks.uri.query().unwrap_or_default());
        let mut params = Params::default();
        for field in object.active_fields().filter(|field| input::is_input(field)) {
            let given = field_params(&query, &field.name);
            if given.is_empty() {
                input::put(&mut params, "", field, &input::default_of(field, visit), visit);
            } else {
                params.0.extend(given);
            }
        }
        if let Some(back) = query.get("back") {
            params.0.push(("back".to_owned(), back.to_owned()));
        }
        lines::blank(visit, &object, &mut params);
        Ok(Form {
            object,
            record: None,
            levels,
            params,
            issues: Vec::new(),
            hits: Vec::new(),
            stale: None,
            status: StatusCode::OK,
        })
    }

    fn of(visit: &Visit, object: &str, id: RecordId) -> Result<Form, Error> {
        let (record, _) = visit.gate().page_of(visit.ctx(), object, id)?;
        if !record.may.act(action::EDIT) {
            return Err(Error::forbidden("error.no_action"));
        }
        let object = record.object.clone();
        let mut params = Params::default();
        for field in object.active_fields().filter(|field| input::is_input(field)) {
            input::put(&mut params, "", field, record.get(&field.name), visit);
        }
        params.0.push(("version".to_owned(), record.version.to_string()));
        if let Some(back) = visit.asks.param("back") {
            params.0.push(("back".to_owned(), back));
        }
        lines::stored(visit, &object, id, &mut params)?;
        let levels = record.may.fields.as_ref().clone();
        let title = record.title();
        Ok(Form {
            object,
            record: Some((id, title)),
            levels,
            params,
            issues: Vec::new(),
            hits: Vec::new(),
            stale: None,
            status: StatusCode::OK,
        })
    }

    fn posted(visit: &Visit, object: &str, id: Option<RecordId>, params: Params) -> Result<Form, Error> {
        let (record, levels, object) = match id {
            Some(id) => {
                let record = visit.gate().get(visit.ctx(), object, id)?;
                (Some((id, record.title())), record.may.fields.as_ref().clone(), record.object.clone())
            }
            None => (None, visit.gate().form_fields(visit.ctx(), object)?, visit.gate().object(object)?),
        };
        Ok(Form {
            object,
            record,
            levels,
            params,
            issues: Vec::new(),
            hits: Vec::new(),
            stale: None,
            status: StatusCode::OK,
        })
    }

    /// Takes in what the door says, or passes on what no form can show.
    fn refused(&mut self, visit: &Visit, error: Error) -> Result<&Form, Error> {
        if let Some(issues) = answer::issues(visit, &error) {
            self.issues = issues;
            self.status = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(self);
        }
        self.status = StatusCode::CONFLICT;
        match error {
            Error::Duplicate(hits) => self.hits = hits,
            Error::Stale(stale) => {
                self.params.0.retain(|(name, _)| name != "version");
                self.params.0.push(("version".to_owned(), stale.version.to_string()));
                // What only the other changed is taken over, or saving again would take it back.
                for change in stale.by_others() {
                    let Some(field) = self.object.field(&change.field) else { continue };
                    self.params.0.retain(|(name, _)| !belongs(name, &field.name));
                    input::put(&mut self.params, "", field, &change.now, visit);
                }
                self.stale = Some(*stale);
            }
            other => return Err(other),
        }
        Ok(self)
    }

    /// The fields that the caller may fill in.
    fn offered(&self) -> Vec<&Field> {
        let new = self.record.is_none();
        self.object
            .active_fields()
            .filter(|field| input::is_input(field) && (new || !field.fixed))
            .filter(|field| self.levels.get(&field.name) == Some(&FieldLevel::Edit))
            .filter(|field| {
                !matches!(field.name.as_str(), "owner" | "department") || self.object.area == "admin"
            })
            .collect()
    }

    fn title(&self, visit: &Visit) -> String {
        let label = self.object.label.get(visit.locale());
        match &self.record {
            Some((_, title)) => visit.fill("form.edit", &[("name", title)]),
            None => visit.fill("form.new", &[("object", label)]),
        }
    }

    fn action(&self) -> String {
        match &self.record {
            Some((id, _)) => format!("/{}/{id}/edit", self.object.name),
            None => format!("/{}/new", self.object.name),
        }
    }

    fn id(&self) -> String {
        format!("form-{}", self.object.name)
    }

    fn answer(&self, visit: &Visit) -> Result<Response, Error> {
        if in_dialog(visit) {
            let body = self.body(visit, true)?;
            let form = answer::dialog_form(
                visit,
                &self.title(visit),
                &self.action(),
                &body,
                &self.buttons(visit, true),
                true,
            );
            return Ok(answer::fragment(self.status, form));
        }
        let label = self.object.plural_label(visit.locale()).to_owned();
        let mut trail = vec![(label, Some(format!("/{}", self.object.name)))];
        if let Some((id, title)) = &self.record {
            trail.push((title.clone(), Some(format!("/{}/{id}", self.object.name))));
            trail.push((visit.t("form.editing").to_owned(), None));
        } else {
            trail.push((self.title(visit), None));
        }
        let start = ui::crumbs(visit.t("common.back"), &trail);
        let main = markup! {
            (ui::bar(&ui::Bar { start: Some(start), ..ui::Bar::default() }))
            div .form-page { (self.page_form(visit)?) }
        };
        let page = Page {
            title: self.title(visit),
            menu: self.object.name.clone(),
            main,
            status: self.status,
            ..Page::default()
        };
        page.answer(visit)
    }

    fn page_form(&self, visit: &Visit) -> Result<Markup, Error> {
        Ok(markup! {
            form id=(self.id()) method="post" action=(self.action()) novalidate data-guard {
                (self.body(visit, false)?)
                (ui::form_bar(&self.buttons(visit, false)))
            }
        })
    }

    fn buttons(&self, visit: &Visit, dialog: bool) -> Vec<Button> {
        let page = match &self.record {
            Some((id, _)) => format!("/{}/{id}", self.object.name),
            None => format!("/{}", self.object.name),
        };
        let mut buttons = Vec::new();
        if !dialog {
            buttons.push(Button::new(visit.t("common.cancel")).go(answer::back(&self.params, &page)));
        }
        if self.hits.iter().any(|hit| !hit.similar) {
            buttons.push(Button::new(visit.t("form.create_anyway")).submit_as("anyway", "1"));
        } else if self.record.is_none() && !dialog {
            buttons.push(Button::new(visit.t("form.save_and_new")).submit_as("then", "new").hide_small());
        }
        buttons.push(Button::new(visit.t("common.save")).primary().submit());
        buttons
    }

    /// Everything inside the form but its buttons; it is also what a refresh of a dialog answers.
    fn body(&self, visit: &Visit, dialog: bool) -> Result<Markup, Error> {
        let offered = self.offered();
        let titles = input::titles(visit, offered.iter().copied(), &self.params)?;
        let conditions = when::Conditions::new(visit, &self.object, &self.params);
        let inputs = Inputs {
            visit,
            params: &self.params,
            titles: &titles,
            issues: &self.issues,
            prefix: String::new(),
        };
        let mut shown: Vec<&str> = Vec::new();
        let mut sections: Vec<(String, bool, Markup)> = Vec::new();
        for (heading, folded, fields) in input::groups(&self.object, visit, self.record.is_none()) {
            let fields: Vec<&Field> = fields
                .into_iter()
                .filter(|field| offered.iter().any(|o| o.name == field.name) && conditions.shown(field))
                .collect();
            if fields.is_empty() {
                continue;
            }
            shown.extend(fields.iter().map(|field| field.name.as_str()));
            let wrong = fields
                .iter()
                .any(|field| self.issues.iter().any(|i| i.field.as_deref() == Some(&field.name)));
            let content = markup! {
                @for field in fields {
                    @let mut input = inputs.field(field, conditions.required(field));
                    @let () = input.warning = conditions.warning(field).map(|text| text.get(visit.locale()).to_owned());
                    (ui::form_field(&self.focus(input, sections.is_empty())))
                }
            };
            sections.push((heading, folded && !wrong, content));
        }
        let problems = self.problems(visit, &offered, &inputs);
        let content = markup! {
            (session::csrf(visit))
            input type="hidden" name="shown" value=(shown.join(","));
            input type="hidden" name="in" value=(if dialog { "dialog" } else { "page" });
            @if let Some((id, _)) = &self.record { input type="hidden" name="record" value=(id); }
            @for name in ["version", "back"] {
                @if let Some(value) = self.params.get(name) { input type="hidden" name=(name) value=(value); }
            }
            (problems)
            @if let Some(stale) = &self.stale { (conflict::draw(visit, &self.object, stale)) }
            (self.refresher(&conditions, dialog))
            @for (index, (heading, folded, fields)) in sections.iter().enumerate() {
                @if *folded {
                    details .fold {
                        summary { (ui::icon("chevron-right")) span { (heading) } }
                        section { div .fields { (fields) } }
                    }
                } @else {
                    section {
                        @if !heading.is_empty() && sections.len() > 1 { h2 { (heading) } }
                        div .fields { (fields) }
                        @if index == 0 { (similar::place(visit, &self.object, &self.hits)) }
                    }
                }
            }
            (lines::draw(visit, &self.object, self.record.as_ref().map(|(id, _)| *id), &self.params, &self.issues, dialog)?)
        };
        Ok(if dialog {
            markup! { div .stack.form-body id={ (self.id()) "-body" } { (content) } }
        } else {
            content
        })
    }

    /// The first field has the focus, unless something is wrong elsewhere.
    fn focus(&self, mut field: ui::Field, first_section: bool) -> ui::Field {
        field.autofocus = first_section
            && self.issues.is_empty()
            && self.hits.is_empty()
            && self.object.title == field.name;
        field
    }

    /// Asks for the form again when a field changes that others depend on.
    fn refresher(&self, conditions: &when::Conditions<'_>, dialog: bool) -> Markup {
        let mentioned = conditions.mentioned();
        let trigger: Vec<String> =
            mentioned.iter().map(|name| format!("change from:[name='{name}']")).collect();
        let target = if dialog { format!("#{}-body", self.id()) } else { format!("#{}", self.id()) };
        markup! {
            @if !trigger.is_empty() {
                span hidden id={ (self.id()) "-refresh" } hx-post={ "/" (self.object.name) "/form" } hx-trigger=(trigger.join(", "))
                    hx-include="closest form" hx-sync=(ONE_AT_A_TIME) hx-target=(target) hx-swap="outerMorph" {}
            }
        }
    }

    fn problems(&self, visit: &Visit, offered: &[&Field], inputs: &Inputs<'_>) -> Markup {
        if self.issues.is_empty() {
            return markup! {};
        }
        let problems: Vec<ui::Problem> = self
            .issues
            .iter()
            .map(|issue| {
                let named =
                    issue.field.as_deref().and_then(|name| offered.iter().find(|field| field.name == name));
                let message = answer::say(visit, issue);
                match (named, issue.field.as_deref()) {
                    (Some(field), _) => ui::Problem {
                        field: inputs.id(&field.name),
                        label: field.label.get(visit.locale()).to_owned(),
                        message,
                    },
                    (None, Some(name)) if name.starts_with("line.") => ui::Problem {
                        field: inputs.id(name),
                        label: lines::problem_label(visit, &self.object, name),
                        message,
                    },
                    (None, Some(name)) => {
                        // A field that is not on the form: its name must be said, for there is nothing to point at.
                        let label = self.object.field(name).map(|field| field.label.get(visit.locale()));
                        ui::Problem {
                            message: label.map_or(message.clone(), |label| format!("{label}: {message}")),
                            ..ui::Problem::default()
                        }
                    }
                    (None, None) => ui::Problem { message, ..ui::Problem::default() },
                }
            })
            .collect();
        ui::problem_summary(
            &crate::texts::count(visit.locale(), "form.problems", problems.len() as i64),
            &problems,
        )
    }
}

/// The parameters of a query that belong to a field.
fn field_params(query: &Params, field: &str) -> Vec<(String, String)> {
    query.0.iter().filter(|(name, value)| !value.is_empty() && belongs(name, field)).cloned().collect()
}

/// Whether a parameter is one of a field's: an address has two.
fn belongs(name: &str, field: &str) -> bool {
    name.strip_prefix(field).is_some_and(|rest| matches!(rest, "" | ".region" | ".detail"))
}
