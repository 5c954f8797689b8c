//! The board. Dragging and keys are added by `assets/src/board.ts`.

use maud::{Markup, html};

use super::{Act, AvatarKind, Button, Size, Tone, avatar_sized, icon, tag, toned};

/// A board over one choice field of an object.
#[derive(Clone, Debug, Default)]
pub struct Board {
    /// The object's name.
    pub object: String,
    /// The field whose values are the columns.
    pub field: String,
    /// What the board shows, read aloud.
    pub label: String,
    /// The columns, open ones first.
    pub columns: Vec<BoardColumn>,
}

/// A column.
#[derive(Clone, Debug, Default)]
pub struct BoardColumn {
    /// The value that its cards have.
    pub value: String,
    /// The value's label.
    pub label: String,
    /// Its hue.
    pub hue: u16,
    /// How many cards it has.
    pub count: String,
    /// Their sum.
    pub amount: String,
    /// A remark, such as the rate of winning.
    pub note: String,
    /// Whether it is a narrow column that only takes drops.
    pub folded: bool,
    /// The verb that a drop performs, instead of setting the field; its dialog asks for what it needs.
    pub verb: Option<String>,
    /// What its plus button does, and the button's label.
    pub add: Option<(Act, String)>,
    /// Its cards.
    pub cards: Vec<Deal>,
    /// The address of its further cards and the label of that link.
    pub more: Option<(String, String)>,
}

/// A card.
#[derive(Clone, Debug, Default)]
pub struct Deal {
    /// The record's id.
    pub id: String,
    /// The version that a move must name.
    pub version: i64,
    /// The address of its page.
    pub href: String,
    /// The address of its drawer.
    pub peek: Option<String>,
    /// Its title.
    pub title: String,
    /// The customer it is with.
    pub customer: String,
    /// Its amount as shown.
    pub amount: String,
    /// Its amount in fen, from which the browser side adds up the columns while a move is under way.
    pub fen: i64,
    /// One tag and its hue.
    pub tag: Option<(String, u16)>,
    /// The next step.
    pub next: NextStep,
    /// How long it has stood in its stage.
    pub age: String,
    /// Who owns it, and the hue of their avatar.
    pub owner: Option<(String, u16)>,
    /// Whether it has stood longer than its stage allows.
    pub stale: bool,
    /// Whether it may not be moved.
    pub locked: bool,
}

/// The next activity of a card, with an icon because colour is never the only signal.
#[derive(Clone, Debug, Default)]
pub struct NextStep {
    /// Its icon.
    pub icon: String,
    /// Its words.
    pub text: String,
    /// Its tone: bad overdue, ok today, muted later, warn none.
    pub tone: Tone,
}

/// A figure of the strip over a board.
#[derive(Clone, Debug, Default)]
pub struct Sum {
    /// What it is.
    pub label: String,
    /// The figure.
    pub value: String,
    /// Words after it.
    pub note: String,
    /// Its tone.
    pub tone: Tone,
}

/// The strip over a board.
pub fn sums(sums: &[Sum]) -> Markup {
    html! {
        dl .sums id="sums" tabindex="0" {
            @for sum in sums {
                div {
                    dt { (sum.label) }
                    dd {
                        span class=(sum.tone.text_class()) { (sum.value) }
                        @if !sum.note.is_empty() { small { (sum.note) } }
                    }
                }
            }
        }
    }
}

/// The board.
pub fn board(board: &Board) -> Markup {
    let folded = board.columns.iter().filter(|column| column.folded).count();
    let open = board.columns.len() - folded;
    html! {
        deal-board class={ "board open-" (open.min(8)) " fold-" (folded.min(3)) } role="group" aria-label=(board.label)
            data-object=(board.object) data-field=(board.field) {
            @for column in &board.columns {
                section class={ "column h-" (column.hue) @if column.folded { " folded" } } data-value=(column.value)
                    data-verb=[column.verb.as_deref()] aria-label=(column.label) {
                    (board_column_head(column))
                    ul id={ "cards-" (column.value) } {
                        @for deal in &column.cards { (deal_card(deal)) }
                        @if let Some((url, label)) = &column.more {
                            li .more { a .link href=(url) { (label) } }
                        }
                    }
                }
            }
        }
    }
}

/// The head of a column, which a move's answer may send again with new figures.
pub fn board_column_head(column: &BoardColumn) -> Markup {
    html! {
        header id={ "head-" (column.value) } {
            div .head {
                span { (column.label) }
                @if !column.count.is_empty() { span .count data-count { (column.count) } }
                @if let Some((act, label)) = &column.add {
                    (Button::icon_only("plus", label).small().act(act.clone()))
                }
            }
            div .foot {
                b data-sum { (column.amount) }
                span { (column.note) }
            }
            div .rule {}
        }
    }
}

/// A card, which is also part of a move's answer.
pub fn deal_card(deal: &Deal) -> Markup {
    html! {
        li class={ "card deal" @if deal.stale { " stale" } } id={ "d-" (deal.id) } tabindex="0"
            data-id=(deal.id) data-version=(deal.version) data-fen=(deal.fen) data-href=(deal.href)
            data-peek=[deal.peek.as_deref()] data-locked[deal.locked] {
            a .title href=(deal.href) tabindex="-1" draggable="false" { (deal.title) }
            div .customer.ell title=(deal.customer) { (deal.customer) }
            div .money {
                b { (deal.amount) }
                @if let Some((text, hue)) = &deal.tag { (tag(text, *hue)) }
            }
            div .base {
                (toned(&deal.next.icon, &deal.next.text, deal.next.tone))
                @if !deal.age.is_empty() { span { (deal.age) } }
                @if let Some((name, hue)) = &deal.owner {
                    span .sr-only { (name) }
                    (avatar_sized(name, *hue, AvatarKind::Person, Size::Small))
                } @else { (icon("circle-user")) }
            }
        }
    }
}
