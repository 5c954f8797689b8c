//! The card in the middle of the page, which log-in, first run, invitations and resets share.

use crate::{page, session::Guest, ui};
use guanxi_model::Locale;
use maud::{Markup, html};

/// A whole page with one card on it.
pub fn card(guest: &Guest, company: &str, heading: &str, title: &str, content: &Markup) -> Markup {
    page::bare(
        guest.locale,
        &format!("{title} · {company}"),
        &html! {
            main #main .login {
                div .card {
                    div .brand {
                        span .logo aria-hidden="true" { (company.chars().next().unwrap_or('G')) }
                        b .ell title=(company) { (company) }
                        span .spacer {}
                        (language(guest))
                    }
                    h1 { (heading) }
                    (content)
                }
            }
        },
    )
}

/// A link to the same page in the other language.
fn language(guest: &Guest) -> Markup {
    let other = match guest.locale {
        Locale::Zh => Locale::En,
        Locale::En => Locale::Zh,
    };
    let mut url = format!("{}?lang={}", guest.asks.uri.path(), other.code());
    if let Some(next) = guest.asks.param("next") {
        url.push_str("&next=");
        url.extend(form_urlencoded::byte_serialize(next.as_bytes()));
    }
    html! { a .btn.ghost.sz-s href=(url) lang=(other.tag()) { (guest.t("nav.language")) } }
}

/// An input under its label.
pub fn input(label: &str, name: &str, kind: &str, value: &str, autocomplete: &str, focus: bool) -> Markup {
    html! {
        div .field {
            label for=(name) { (label) }
            input .input id=(name) name=(name) type=(kind) value=(value) autocomplete=(autocomplete)
                autocapitalize="none" spellcheck="false" required autofocus[focus];
        }
    }
}

/// What is wrong, above the inputs.
pub fn problem(text: Option<&str>) -> Markup {
    html! {
        @if let Some(text) = text {
            div .notice.bad role="alert" { (ui::icon("circle-alert")) div .text { (text) } }
        }
    }
}

/// All problems of a refusal in one text, for these small forms.
pub fn say(guest: &Guest, error: &guanxi_gate::Error) -> Option<String> {
    let words = guest.app.gate.phrases();
    match error {
        guanxi_gate::Error::Invalid(issues) => {
            let texts: Vec<String> =
                issues.iter().map(|issue| crate::error::say_issue(words, guest.locale, issue)).collect();
            Some(texts.join(" "))
        }
        guanxi_gate::Error::Refused(message) => Some(crate::error::say_message(words, guest.locale, message)),
        _ => None,
    }
}
