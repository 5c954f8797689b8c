//! How the members of a list are put in order: dragged by their grip, or moved a step by a button.

use maud::{Markup, html};

use super::{icon, icon_small};
use crate::session::encode;

/// The grip and the two buttons of the member at `place`. The buttons post the whole new order to
/// `{url}/order?values=…`, as the island `order-list` does after a drag. A value may not hold a comma.
pub fn movers(url: &str, values: &[&str], place: usize, label: &str, words: [&str; 2]) -> Markup {
    let swapped = |with: usize| {
        let mut order = values.to_vec();
        order.swap(place, with);
        format!("{url}/order?values={}", encode(&order.join(",")))
    };
    let button = |name: &str, word: &str, to: Option<usize>| {
        html! {
            button .btn.ghost.square.sz-s type="button" id={ (name) "-" (values[place]) } data-post=[to.map(swapped)]
                disabled[to.is_none()] aria-label={ (word) " " (label) } { (icon(name)) }
        }
    };
    html! {
        span .movers data-value=(values[place]) {
            span .grip { (icon_small("grip-vertical")) }
            (button("chevron-up", words[0], place.checked_sub(1)))
            (button("chevron-down", words[1], Some(place + 1).filter(|next| *next < values.len())))
        }
    }
}
