//! Every component in both themes, with sample data from a file.

use maud::Markup;

/// The gallery's content for `/dev/ui`, in the language `lang` (`zh` or `en`).
pub fn page(_lang: &str) -> Markup {
    Markup::default()
}
