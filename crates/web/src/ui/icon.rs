//! Icons from the sprite.

use std::sync::LazyLock;

use maud::{Markup, html};

use crate::assets;

static SPRITE: LazyLock<String> = LazyLock::new(|| assets::url("sprite.svg"));

/// An icon of 16 px by its lucide name; an unknown name draws neutral shapes, because administrators type these names.
pub fn icon(name: &str) -> Markup {
    draw(name, "i")
}

/// An icon of 14 px, for dense lines.
pub fn icon_small(name: &str) -> Markup {
    draw(name, "i sz-s")
}

/// An icon of 20 px.
pub fn icon_large(name: &str) -> Markup {
    draw(name, "i sz-l")
}

fn draw(name: &str, class: &str) -> Markup {
    let name = if assets::has_icon(name) { name } else { "shapes" };
    html! {
        svg class=(class) aria-hidden="true" { use href={ (*SPRITE) "#" (name) } {} }
    }
}
