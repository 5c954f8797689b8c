//! The tree of departments.

use crate::{
    session::{Answer, Visit, encode},
    ui::{self, Button},
};
use guanxi_gate::{Error, Visible};
use guanxi_model::{Query, RecordId, access::action};
use maud::{Markup, html as markup};

/// `GET /settings/departments`
///
/// # Errors
/// When the departments cannot be read.
pub async fn show(visit: Visit) -> Answer {
    visit.page(draw).await
}

fn draw(visit: &Visit) -> Result<crate::page::Page, Error> {
    let page = visit.gate().list(visit.ctx(), &Query::of("department").sort(["name"]).limit(1000))?;
    let tops: Vec<&Visible> = page
        .rows
        .iter()
        .filter(|row| parent(row).is_none_or(|p| !page.rows.iter().any(|r| r.id == p)))
        .collect();
    let back = encode("/settings/departments");
    let body = markup! {
        @if tops.is_empty() {
            p .muted { (visit.t("departments.none")) }
        } @else {
            ul .tree { @for top in tops { (branch(visit, top, &page.rows, 0)) } }
        }
        p .hint { (visit.t("departments.hint")) }
    };
    let may_add = visit.may("department", action::CREATE);
    let add = may_add.then(|| {
        let button = Button::new(visit.t("departments.new")).primary().icon("plus").key("C");
        markup! { (button.dialog(format!("/department/new?back={back}"))) }
    });
    Ok(super::page(visit, "departments", visit.t("settings.departments"), add, &body))
}

fn parent(department: &Visible) -> Option<RecordId> {
    department.get("parent").as_ref()
}

fn branch(visit: &Visit, department: &Visible, all: &[Visible], depth: usize) -> Markup {
    let back = encode("/settings/departments");
    let below: Vec<&Visible> = all.iter().filter(|row| parent(row) == Some(department.id)).collect();
    markup! {
        li {
            div .row {
                (ui::icon("network"))
                a .link href={ "/department/" (department.id) } { (department.title()) }
                span .spacer {}
                @if visit.may("department", action::CREATE) {
                    (Button::icon_only("plus", visit.t("departments.add_below")).small()
                        .dialog(format!("/department/new?parent={}&back={back}", department.id)))
                }
                @if department.may.act(action::EDIT) {
                    (Button::icon_only("pencil", visit.t("record.edit")).small().dialog(format!("/department/{}/edit?back={back}", department.id)))
                }
            }
            // Trees made by hand can hold a circle; twenty levels are more than any organisation has.
            @if !below.is_empty() && depth < 20 {
                ul { @for child in below { (branch(visit, child, all, depth + 1)) } }
            }
        }
    }
}
