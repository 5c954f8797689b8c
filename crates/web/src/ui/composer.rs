//! The composer over a timeline. Drafts, Ctrl+Enter, names after an @, phrases after a / and pictures that are
//! pasted or dropped are added by `assets/src/composer.ts`.

use maud::{Markup, html};

use super::{Button, icon};

/// One form for everything that can be written about a record.
#[derive(Clone, Debug, Default)]
pub struct Composer {
    /// The address it is posted to: `kind`, `text`, and the fields of `extra`.
    pub action: String,
    /// The key under which the browser keeps the draft, e.g. `customer-42`.
    pub draft_key: String,
    /// What can be written, the usual one first.
    pub kinds: Vec<ComposerKind>,
    /// The label of the text, read aloud.
    pub label: String,
    /// More fields, such as the time of the next follow-up. They show once somebody writes.
    pub extra: Option<Markup>,
    /// Tools before the button: mention, attachment, template.
    pub tools: Option<Markup>,
    /// Where files go, and the words of the buttons that choose them.
    pub files: Option<ComposerFiles>,
    /// The address that answers with phrases after a slash.
    pub phrases: Option<String>,
    /// The label of the button.
    pub submit: String,
    /// The caps of the key that posts.
    pub key: String,
}

/// A kind of entry.
#[derive(Clone, Debug, Default)]
pub struct ComposerKind {
    /// The value of `kind`.
    pub value: String,
    /// Its label.
    pub label: String,
    /// Its icon.
    pub icon: String,
    /// What the empty text says.
    pub placeholder: String,
}

/// Files that go with an entry.
#[derive(Clone, Debug, Default)]
pub struct ComposerFiles {
    /// The name their ids are posted under.
    pub name: String,
    /// The address they are sent to as they are chosen.
    pub upload: String,
    /// The button that chooses files.
    pub attach: String,
    /// The button that takes a picture, on devices with a camera.
    pub camera: String,
}

/// The composer.
pub fn composer(composer: &Composer) -> Markup {
    let first = composer.kinds.first();
    html! {
        record-composer data-draft=(composer.draft_key) data-kind=[first.map(|kind| &kind.value)]
            data-phrases=[composer.phrases.as_deref()] {
            form .card.composer method="post" action=(composer.action) id="composer" {
                input type="hidden" name="kind" value=[first.map(|kind| &kind.value)];
                div .kinds role="group" {
                    @for (index, kind) in composer.kinds.iter().enumerate() {
                        button .btn.ghost.sz-s type="button" data-kind=(kind.value) data-placeholder=(kind.placeholder)
                            aria-pressed=(if index == 0 { "true" } else { "false" }) {
                            (icon(&kind.icon))
                            span { (kind.label) }
                        }
                    }
                }
                textarea name="text" id="composer-text" rows="2" required aria-label=(composer.label)
                    placeholder=[first.map(|kind| &kind.placeholder)] {}
                @if let Some(files) = &composer.files { (chosen(files)) }
                @if let Some(extra) = &composer.extra { div .extra { (extra) } }
                div .base {
                    @if let Some(files) = &composer.files {
                        button .btn.ghost.square.sz-s type="button" data-pick="composer-files" data-tip=(files.attach) {
                            (icon("paperclip")) span .sr-only { (files.attach) }
                        }
                        button .btn.ghost.square.sz-s.only-touch type="button" data-pick="composer-camera" data-tip=(files.camera) {
                            (icon("camera")) span .sr-only { (files.camera) }
                        }
                    }
                    @if let Some(tools) = &composer.tools { (tools) }
                    span .spacer {}
                    span .draft aria-live="polite" {}
                    (Button::new(&composer.submit).primary().small().key(&composer.key).submit())
                }
            }
        }
    }
}

/// The files so far. The inputs are pressed by the buttons below, so that they take no room.
fn chosen(files: &ComposerFiles) -> Markup {
    html! {
        upload-field .upload.strip data-name=(files.name) data-upload=(files.upload) {
            div .drop hidden {
                input type="file" id="composer-files" multiple aria-label=(files.attach) tabindex="-1";
                input type="file" id="composer-camera" accept="image/*" capture="environment" aria-label=(files.camera) tabindex="-1";
            }
            ul {}
        }
    }
}
