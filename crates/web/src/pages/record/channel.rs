//! By which channel the next contact is best made, with the reasons; beside a customer or a contact, and in a word
//! in the composer.

use super::here;
use crate::{
    session::{Params, Visit},
    ui,
};
use guanxi_crm::customers::channel::{self, Matter, Occasion, Suggestion};
use guanxi_gate::{Error, Visible};
use guanxi_model::access::action;
use maud::{Markup, html as markup};

/// The channels for a record, and what they were judged for.
pub struct Reach {
    occasion: Occasion,
    suggestions: Vec<Suggestion>,
}

/// The channels for the next contact, where the record is somebody to contact. What the address says of the
/// occasion goes before what the data say.
///
/// # Errors
/// When the table of channels or the customer cannot be read.
pub fn of(visit: &Visit, record: &Visible, query: &Params) -> Result<Option<Reach>, Error> {
    if !visit.may("channel", action::READ) || !visit.may("activity", action::CREATE) {
        return Ok(None);
    }
    let (customer, contact) = match record.object.name.as_str() {
        "customer" => (record.clone(), None),
        "contact" => {
            let Some(customer) = record.get("customer").as_ref() else { return Ok(None) };
            match visit.gate().get(visit.ctx(), "customer", customer) {
                Ok(customer) => (customer, Some(record)),
                Err(Error::NotFound) => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        _ => return Ok(None),
    };
    let usual = channel::occasion(visit.gate(), visit.ctx(), &customer)?;
    let occasion = Occasion {
        urgent: query.get("urgent").map_or(usual.urgent, |urgent| urgent == "yes"),
        matter: query.get("matter").and_then(Matter::named).unwrap_or(usual.matter),
    };
    let suggestions = channel::suggest(visit.gate(), visit.ctx(), &customer, contact, occasion)?;
    Ok((!suggestions.is_empty()).then_some(Reach { occasion, suggestions }))
}

impl Reach {
    fn best(&self) -> Option<&Suggestion> {
        self.suggestions.first().filter(|best| best.barred.is_none())
    }

    /// The card with all channels in their order, and the occasion to choose.
    pub fn card(&self, visit: &Visit, record: &Visible, query: &Params) -> Markup {
        let Occasion { urgent, matter } = self.occasion;
        let option = |key: &'static str, changes: &[(&str, &str)], chosen: bool| {
            (String::new(), visit.t(key).to_owned(), here(record, query, changes), chosen)
        };
        let pace = [
            option("reach.usual", &[("urgent", "no")], !urgent),
            option("reach.urgent", &[("urgent", "yes")], urgent),
        ];
        let matters = [
            option("reach.brief", &[("matter", "brief")], matter == Matter::Brief),
            option("reach.details", &[("matter", "details")], matter == Matter::Details),
            option("reach.talk", &[("matter", "talk")], matter == Matter::Talk),
        ];
        markup! {
            details .card.advice.channels #channels open {
                summary {
                    (ui::icon("radar"))
                    h3 {
                        @match self.best() {
                            Some(best) => (visit.fill("reach.suggested", &[("channel", &best.label)])),
                            None => (visit.t("reach.none")),
                        }
                    }
                    @if let Some(best) = self.best() { p { (best.reasons.join(visit.t("reach.and"))) } }
                }
                div .row { (ui::segmented(visit.t("reach.pace"), &pace)) (ui::segmented(visit.t("reach.matter"), &matters)) }
                ol {
                    @for one in &self.suggestions {
                        li .muted[one.barred.is_some()] {
                            b { (one.label) } " "
                            @match &one.barred {
                                Some(why) => (why),
                                None => { (one.reasons.join(visit.t("reach.and"))) " " span .num { (visit.fill("reach.points", &[("n", &one.points.to_string())])) } }
                            }
                        }
                    }
                }
                p .source { (visit.t("reach.source")) " " a .link href="/channel" { (visit.t("reach.table")) } }
            }
        }
    }

    /// The word in the composer.
    pub fn hint(&self, visit: &Visit) -> Markup {
        markup! {
            @if let Some(best) = self.best() {
                p .muted.inline.suggested {
                    (ui::icon("radar"))
                    (visit.fill("reach.hint", &[("channel", &best.label), ("why", &best.reasons.join(visit.t("reach.and")))]))
                }
            }
        }
    }
}
