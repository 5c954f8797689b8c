//! What to do next with a deal, each with its reason and the way to do it.

use crate::{
    session::{Visit, encode},
    ui::{self, Act, Button, Tone},
};
use guanxi_crm::sales::next_step::{self, Step, Suggestion};
use guanxi_gate::{Error, Visible};
use guanxi_model::access::action;
use maud::{Markup, html as markup};

/// Suggestions that are shown; more would be a list nobody follows.
const SHOWN: usize = 4;

/// The card beside an opportunity.
///
/// # Errors
/// When the records cannot be read.
pub fn draw(visit: &Visit, record: &Visible) -> Result<Markup, Error> {
    let found = next_step::suggest(visit.gate(), visit.ctx(), record)?;
    Ok(markup! {
        @if !found.is_empty() {
            section .card.related #next-steps {
                h3 { span { (visit.t("next_steps.title")) } span .count { (found.len()) } }
                ul {
                    @for one in found.iter().take(SHOWN) { (line(visit, record, one)) }
                }
            }
        }
    })
}

fn line(visit: &Visit, record: &Visible, one: &Suggestion) -> Markup {
    let text = crate::error::say_message(visit.gate().phrases(), visit.locale(), &one.text);
    let (icon, tone) = if one.late { ("circle-alert", Tone::Bad) } else { ("sparkles", Tone::Muted) };
    markup! {
        li data-rule=(one.rule) {
            div .line {
                span .text {
                    span .next-reason { span class=(tone.text_class()) { (ui::icon(icon)) } " " (text) }
                }
                @if let Some((label, act)) = way(visit, record, one.step) {
                    (Button::new(label).small().act(act))
                }
            }
        }
    }
}

/// The button that does it, where the reader may.
fn way(visit: &Visit, record: &Visible, step: Step) -> Option<(&'static str, Act)> {
    let back = encode(&format!("/opportunity/{}", record.id));
    let edits = record.may.act(action::EDIT);
    match step {
        Step::FollowUp => crate::pages::compose::may_write(visit, record)
            .then(|| (visit.t("record.write"), Act::Go("#composer-text".to_owned()))),
        Step::Plan => (edits && visit.may("plan_item", action::CREATE)).then(|| {
            let url = format!("/plan_item/new?opportunity={}&back={back}", record.id);
            (visit.t("next_steps.plan"), Act::Dialog(url))
        }),
        Step::Edit => {
            edits.then(|| (visit.t("record.edit"), Act::Go(format!("/opportunity/{}/edit", record.id))))
        }
        Step::Contact(customer) => visit.may("contact", action::CREATE).then(|| {
            let url = format!("/contact/new?customer={customer}&decision_role=decides&back={back}");
            (visit.t("next_steps.contact"), Act::Dialog(url))
        }),
        Step::Answer(row) => edits.then(|| {
            let url = format!("/deal_competitor/{row}/edit?back={back}");
            (visit.t("next_steps.answer"), Act::Dialog(url))
        }),
    }
}
