//! Records as cards, which phones see instead of the grid.

use maud::{Markup, html};

/// One record on a phone.
#[derive(Clone, Debug, Default)]
pub struct RowCard {
    /// The record's id.
    pub id: String,
    /// The address of its page.
    pub href: String,
    /// Its avatar.
    pub avatar: Markup,
    /// Its name.
    pub title: String,
    /// An amount at the end of the first line.
    pub amount: String,
    /// A tag and a few words.
    pub meta: Markup,
    /// The next step.
    pub next: Markup,
}

/// The list of cards, with the address and label of the next ones.
pub fn row_cards(cards: &[RowCard], more: Option<(&str, &str)>) -> Markup {
    html! {
        ul .row-cards.scroll-end {
            @for card in cards {
                li id={ "m-" (card.id) } {
                    a href=(card.href) {
                        (card.avatar)
                        span .title.ell title=(card.title) { (card.title) }
                        span .amount { (card.amount) }
                        span .meta { (card.meta) }
                        span .next { (card.next) }
                    }
                }
            }
            @if let Some((url, label)) = more {
                li .more { a .btn.ghost href=(url) { (label) } }
            }
        }
    }
}
