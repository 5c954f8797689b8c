//! Avatars made of one character.

use maud::{Markup, html};

/// What an avatar stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AvatarKind {
    /// A round one.
    #[default]
    Person,
    /// A square one.
    Company,
}

/// How large an avatar is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    /// 20 px.
    Small,
    /// 22 px.
    #[default]
    Normal,
    /// 28 px.
    Medium,
    /// 36 px.
    Large,
    /// 44 px.
    Huge,
}

const HUES: [u16; 12] = [15, 30, 60, 75, 100, 158, 200, 230, 256, 285, 300, 345];

/// A hue that stays the same for the same text.
pub fn hue_of(text: &str) -> u16 {
    let sum = text.bytes().fold(7_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
    HUES[sum % HUES.len()]
}

/// An avatar of the usual size.
pub fn avatar(name: &str, hue: u16, kind: AvatarKind) -> Markup {
    avatar_sized(name, hue, kind, Size::Normal)
}

/// An avatar of a given size. People are known by the last characters of their names, companies by the first.
pub fn avatar_sized(name: &str, hue: u16, kind: AvatarKind, size: Size) -> Markup {
    let size = match size {
        Size::Small => " sz-s",
        Size::Normal => "",
        Size::Medium => " sz-m",
        Size::Large => " sz-l",
        Size::Huge => " sz-xl",
    };
    let (class, letter) = match kind {
        AvatarKind::Person => ("", person_letter(name)),
        AvatarKind::Company => (" company", name.chars().next()),
    };
    html! {
        span class={ "avatar h-" (hue) (class) (size) } aria-hidden="true" {
            @if let Some(letter) = letter { (letter.to_uppercase()) }
        }
    }
}

/// A Chinese personal name is surname first, so its second character tells more; a Latin name keeps its first letter.
fn person_letter(name: &str) -> Option<char> {
    let mut letters = name.chars();
    let first = letters.next()?;
    if first.is_ascii() { Some(first) } else { letters.next().or(Some(first)) }
}
