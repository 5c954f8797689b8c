//! How a form is drawn: its page or dialog, the sections of fields, and the problems above them.

use super::{
    Form, ONE_AT_A_TIME, conflict,
    input::{self, Inputs},
    lines, similar, when,
};
use crate::{
    page::Page,
    pages::answer::{self, in_dialog},
    session::{self, Visit},
    ui::{self, Button},
};
use axum::response::Response;
use guanxi_gate::Error;
use guanxi_model::Field;
use maud::{Markup, html as markup};

impl Form {
    pub(super) fn answer(&self, visit: &Visit) -> Result<Response, Error> {
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

    pub(super) fn page_form(&self, visit: &Visit) -> Result<Markup, Error> {
        Ok(markup! {
            form id=(self.id()) method="post" action=(self.action()) novalidate data-guard {
                (self.body(visit, false)?)
                (ui::form_bar(&self.buttons(visit, false)))
            }
        })
    }

    /// Everything inside the form but its buttons; it is also what a refresh of a dialog answers.
    pub(super) fn body(&self, visit: &Visit, dialog: bool) -> Result<Markup, Error> {
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
}
