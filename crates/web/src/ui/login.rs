//! The log-in page, and the other pages outside the shell that look like it.

use maud::{Markup, html};

/// The log-in page.
#[derive(Clone, Debug, Default)]
pub struct Login {
    /// The program's name.
    pub brand: String,
    /// The character or two in its mark.
    pub mark: String,
    /// The heading.
    pub title: String,
    /// The form.
    pub form: Markup,
    /// The words over the demonstration log-ins.
    pub demo_title: String,
    /// One log-in per role.
    pub demo: Vec<DemoLogin>,
    /// The smallest line.
    pub footer: String,
}

/// A log-in of the demonstration set; a click fills the form.
#[derive(Clone, Debug, Default)]
pub struct DemoLogin {
    /// The role.
    pub role: String,
    /// The log-in name.
    pub login: String,
    /// Its password.
    pub password: String,
}

/// The content of the log-in page, for a document without the shell.
pub fn login_page(login: &Login) -> Markup {
    html! {
        main .login id="main" {
            div .card {
                div .brand {
                    span .logo aria-hidden="true" { (login.mark) }
                    b { (login.brand) }
                }
                h1 { (login.title) }
                (login.form)
                @if !login.demo.is_empty() {
                    div .demo {
                        span .muted { (login.demo_title) }
                        @for demo in &login.demo {
                            button type="button" data-fill-login=(demo.login) data-fill-password=(demo.password) {
                                span { (demo.role) }
                                code { (demo.login) " / " (demo.password) }
                            }
                        }
                    }
                }
            }
            @if !login.footer.is_empty() { footer { (login.footer) } }
        }
    }
}
