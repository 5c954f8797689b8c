//! Form pages, their bar of buttons, and the summary of problems.

use maud::{Markup, Render, html};

use super::{Button, icon};

/// A page that is one form.
#[derive(Clone, Debug, Default)]
pub struct FormPage {
    /// The address it is posted to.
    pub action: String,
    /// A stable id for drafts and swaps.
    pub id: String,
    /// Whether it carries files.
    pub multipart: bool,
    /// Hidden values: version, idempotency key.
    pub hidden: Vec<(String, String)>,
    /// What was refused, if anything.
    pub problems: Option<Markup>,
    /// Sections: a heading, which may be empty, and its fields.
    pub sections: Vec<(String, Markup)>,
    /// Its buttons.
    pub buttons: Vec<Button>,
}

/// A problem with a field, or with the whole record when the field is empty.
#[derive(Clone, Debug, Default)]
pub struct Problem {
    /// The id of the field's input.
    pub field: String,
    /// The label of the field.
    pub label: String,
    /// What is wrong, in the reader's language.
    pub message: String,
}

/// A form page.
pub fn form_page(form: &FormPage) -> Markup {
    html! {
        div .form-page {
            form id=(form.id) method="post" action=(form.action) novalidate data-guard
                enctype=[form.multipart.then_some("multipart/form-data")] {
                @for (name, value) in &form.hidden { input type="hidden" name=(name) value=(value); }
                @if let Some(problems) = &form.problems { (problems) }
                @for (heading, fields) in &form.sections {
                    section {
                        @if !heading.is_empty() { h2 { (heading) } }
                        div .fields { (fields) }
                    }
                }
                (form_bar(&form.buttons))
            }
        }
    }
}

/// The bar that stays in sight below a long form.
pub fn form_bar(buttons: &[Button]) -> Markup {
    html! { div .form-bar { @for button in buttons { (button.render()) } } }
}

/// All problems at once, each a link to its field. The browser side moves the focus to the first field.
pub fn problem_summary(title: &str, problems: &[Problem]) -> Markup {
    html! {
        div .problems id="problems" role="alert" tabindex="-1" {
            (icon("circle-alert"))
            h2 { (title) }
            ul {
                @for problem in problems {
                    li {
                        @if problem.field.is_empty() {
                            (problem.message)
                        } @else {
                            a href={ "#" (problem.field) } { (problem.label) }
                            ": " (problem.message)
                        }
                    }
                }
            }
        }
    }
}
