//! The language of the terminal.

use guanxi_model::Locale;

/// `LC_ALL`, `LC_MESSAGES` and `LANG` decide, in this order, as in every program; Chinese when they name
/// neither of our languages.
pub fn of_environment() -> Locale {
    ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty())
        .and_then(|value| value.parse().ok())
        .unwrap_or_default()
}
