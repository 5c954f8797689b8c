//! What to do with whom: short advice by style of communication, kind of buyer and step, each with where it comes
//! from. Pages show it beside the record it helps with.

use guanxi_model::Label;
use serde::Deserialize;
use std::sync::LazyLock;

/// A card of advice.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Advice {
    /// Its name, `style.analytical`.
    pub name: String,
    /// What it is about.
    pub title: Label,
    /// The one thing to remember.
    pub lead: Label,
    /// What to do, and what not.
    pub points: Vec<Label>,
    /// Where it comes from.
    pub source: Label,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cards {
    card: Vec<Advice>,
}

static CARDS: LazyLock<Vec<Advice>> = LazyLock::new(|| {
    let cards: Cards = toml::from_str(include_str!("advice.toml"))
        .expect("the cards of advice are part of the binary, and every test reads them");
    cards.card
});

/// All cards.
pub fn all() -> &'static [Advice] {
    &CARDS
}

/// A card by name.
pub fn find(name: &str) -> Option<&'static Advice> {
    CARDS.iter().find(|card| card.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_card_is_whole_in_both_languages() {
        let han = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        for card in all() {
            let labels = [&card.title, &card.lead, &card.source].into_iter().chain(&card.points);
            for label in labels {
                assert!(
                    han(&label.zh) && !label.en.is_empty() && !han(&label.en),
                    "{}: {label:?}",
                    card.name
                );
            }
            assert!(card.points.len() >= 3, "{}", card.name);
        }
    }

    #[test]
    fn every_style_kind_of_buyer_and_checklist_has_its_card() {
        let contact = crate::object(include_str!("contact.toml"));
        let style = contact.field("style").unwrap();
        let kinds = crate::dictionary(include_str!("../admin/dictionaries/reception_type.toml"));
        let mut names: Vec<String> = style.options.iter().map(|o| format!("style.{}", o.value)).collect();
        names.extend(kinds.choices.iter().map(|o| format!("buyer.{}", o.value)));
        names.extend(["call", "objection", "closing", "promise"].map(str::to_owned));
        assert_eq!(names.len(), 15);
        for name in names {
            assert!(find(&name).is_some(), "{name}");
        }
    }
}
