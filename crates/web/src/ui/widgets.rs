//! Form fields: a label, an input for each kind of field, a hint and an error.

use maud::{Markup, html};

use super::{icon, tag};

/// A field of a form.
#[derive(Clone, Debug, Default)]
pub struct Field {
    /// The id of the input.
    pub id: String,
    /// The name it is posted under.
    pub name: String,
    /// Its label.
    pub label: String,
    /// Its value.
    pub value: String,
    /// Its values, for widgets with several.
    pub values: Vec<String>,
    /// Its input.
    pub widget: Widget,
    /// Whether it must be filled; the sign beside the label is read aloud as these words.
    pub required: Option<String>,
    /// Whether it can only be read.
    pub readonly: bool,
    /// A hint under it.
    pub hint: String,
    /// What is wrong with it.
    pub error: Option<String>,
    /// What to mind about it, which stops nobody.
    pub warning: Option<String>,
    /// What it shows while empty.
    pub placeholder: String,
    /// Whether it takes the whole width.
    pub wide: bool,
    /// Whether it has the focus at first.
    pub autofocus: bool,
    /// What the browser may fill in, e.g. `username`.
    pub autocomplete: Option<String>,
}

/// A value with its label.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// The value.
    pub value: String,
    /// Its label.
    pub label: String,
    /// Its hue, for tags.
    pub hue: Option<u16>,
}

impl Choice {
    /// A choice without a hue.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), hue: None }
    }
}

/// The input of a field.
#[derive(Clone, Debug, Default)]
pub enum Widget {
    /// One line.
    #[default]
    Text,
    /// Several lines.
    Textarea,
    /// A number; the text is the step, e.g. `0.01`.
    Number(String),
    /// Money, with the currency's sign.
    Money(String),
    /// A percentage.
    Percent,
    /// Stars; one label for each.
    Rating(Vec<String>),
    /// A date.
    Date,
    /// A date and a time of day.
    DateTime,
    /// On or off; the text stands beside it.
    Switch(String),
    /// One of a few. The first choice may have an empty value.
    Select(Vec<Choice>),
    /// One of a few, all in sight.
    Radio(Vec<Choice>),
    /// Some of a few.
    MultiSelect(Vec<Choice>),
    /// Some of many, searched on the page, and new ones.
    Tags(Vec<Choice>),
    /// Records, people or departments, searched on the server.
    Reference {
        /// The object searched at `/lookup/{object}`.
        object: String,
        /// Whether it takes several.
        multiple: bool,
        /// What is chosen now.
        picked: Vec<Choice>,
    },
    /// A phone number.
    Phone,
    /// A mail address.
    Email,
    /// An address on the web.
    Link,
    /// A password.
    Password,
    /// A province, a city and a district; the value is the code of the deepest one chosen.
    Region(Region),
    /// A region and the rest of an address, posted as `{name}.region` and `{name}.detail`.
    Address {
        /// The region.
        region: Region,
        /// The street and number.
        detail: String,
        /// What the empty detail shows.
        placeholder: String,
    },
    /// Files.
    File {
        /// What is accepted, e.g. `image/*`.
        accept: String,
        /// Whether it takes several.
        multiple: bool,
        /// What the drop area says.
        prompt: String,
        /// The address that files are sent to as they are chosen; none sends them with the form.
        upload: Option<String>,
        /// The files it has: id, name, size in words.
        files: Vec<(String, String, String)>,
    },
}

/// The three levels of a region.
#[derive(Clone, Debug, Default)]
pub struct Region {
    /// The choices of the levels that are known now; the first of each is the empty one.
    pub levels: [Vec<Choice>; 3],
    /// The code chosen at each level, or empty.
    pub chosen: [String; 3],
    /// The labels of the levels, read aloud.
    pub labels: [String; 3],
}

/// A field with everything around its input.
pub fn form_field(field: &Field) -> Markup {
    let grouped = matches!(
        field.widget,
        Widget::Rating(_)
            | Widget::Radio(_)
            | Widget::Region(_)
            | Widget::Address { .. }
            | Widget::MultiSelect(_)
    );
    let must = html! {
        @if let Some(words) = &field.required { span .must title=(words) aria-hidden="true" { "*" } }
    };
    html! {
        div class={ "field" @if field.wide { " wide" } } role=[grouped.then_some("group")]
            aria-labelledby=[grouped.then(|| format!("{}-label", field.id))] {
            @if grouped {
                span .label id={ (field.id) "-label" } { (field.label) (must) }
            } @else {
                label for=(field.id) { (field.label) (must) }
            }
            (widget(field))
            @if !field.hint.is_empty() { p .hint id={ (field.id) "-hint" } { (field.hint) } }
            @if let Some(warning) = &field.warning {
                p .warning role="status" { (icon("triangle-alert")) span { (warning) } }
            }
            @if let Some(error) = &field.error {
                p .error id={ (field.id) "-error" } { (icon("circle-alert")) span { (error) } }
            }
        }
    }
}

/// The input alone, as cell editors use it.
pub fn widget(field: &Field) -> Markup {
    match &field.widget {
        Widget::Text => line(field, "text", None, None),
        Widget::Password => line(field, "password", None, None),
        Widget::Phone => line(field, "tel", Some("tel"), None),
        Widget::Email => line(field, "email", Some("email"), None),
        Widget::Link => line(field, "url", Some("url"), None),
        Widget::Number(step) => line(field, "text", Some("decimal"), Some(step)),
        Widget::Money(sign) => affix(sign, "", &bare(field, "decimal", None)),
        Widget::Percent => affix("", "%", &bare(field, "decimal", None)),
        Widget::Date => date(field, false),
        Widget::DateTime => date(field, true),
        Widget::Textarea => area(field),
        Widget::Rating(labels) => rating(field, labels),
        Widget::Switch(text) => switch(field, text),
        Widget::Select(choices) => select(field, choices),
        Widget::Radio(choices) => options(field, choices, "radio"),
        Widget::MultiSelect(choices) => options(field, choices, "checkbox"),
        Widget::Tags(choices) => tags(field, choices),
        Widget::Reference { object, multiple, picked } => reference(field, object, *multiple, picked),
        Widget::Region(region) => region_selects(&field.id, &field.name, region),
        Widget::Address { region, detail, placeholder } => html! {
            div .stack {
                (region_selects(&field.id, &format!("{}.region", field.name), region))
                textarea .input name={ (field.name) ".detail" } rows="2" placeholder=(placeholder)
                    aria-label=(placeholder) { (detail) }
            }
        },
        Widget::File { accept, multiple, prompt, upload, files } => {
            file(field, accept, *multiple, prompt, upload.as_deref(), files)
        }
    }
}

impl Field {
    /// The ids of what explains the input, read aloud after its label.
    fn described(&self) -> Option<String> {
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.id));
        let error = self.error.as_ref().map(|_| format!("{}-error", self.id));
        let ids: Vec<String> = [error, hint].into_iter().flatten().collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    fn invalid(&self) -> Option<&'static str> {
        self.error.as_ref().map(|_| "true")
    }

    fn is_chosen(&self, value: &str) -> bool {
        self.value == value || self.values.iter().any(|chosen| chosen == value)
    }

    fn hint_text(&self) -> Option<&str> {
        (!self.placeholder.is_empty()).then_some(self.placeholder.as_str())
    }
}

fn line(field: &Field, kind: &str, mode: Option<&str>, step: Option<&str>) -> Markup {
    html! {
        input .input type=(kind) id=(field.id) name=(field.name) value=(field.value) placeholder=[field.hint_text()]
            inputmode=[mode] data-step=[step] autocomplete=(field.autocomplete.as_deref().unwrap_or("off"))
            required[field.required.is_some()] readonly[field.readonly] autofocus[field.autofocus]
            aria-invalid=[field.invalid()] aria-describedby=[field.described()];
    }
}

fn bare(field: &Field, mode: &str, icon_class: Option<&str>) -> Markup {
    html! {
        input type="text" id=(field.id) name=(field.name) value=(field.value) placeholder=[field.hint_text()]
            inputmode=(mode) autocomplete="off" class=[icon_class] required[field.required.is_some()]
            readonly[field.readonly] autofocus[field.autofocus]
            aria-invalid=[field.invalid()] aria-describedby=[field.described()];
    }
}

fn affix(before: &str, after: &str, input: &Markup) -> Markup {
    html! {
        div .input.affix {
            @if !before.is_empty() { span .sign { (before) } }
            (input)
            @if !after.is_empty() { span .sign { (after) } }
        }
    }
}

fn date(field: &Field, time: bool) -> Markup {
    html! {
        date-field .input.date-field.affix data-time[time] { (bare(field, "numeric", None)) }
    }
}

fn area(field: &Field) -> Markup {
    html! {
        textarea .input id=(field.id) name=(field.name) rows="4" placeholder=[field.hint_text()]
            required[field.required.is_some()] readonly[field.readonly] autofocus[field.autofocus]
            aria-invalid=[field.invalid()] aria-describedby=[field.described()] { (field.value) }
    }
}

fn rating(field: &Field, labels: &[String]) -> Markup {
    html! {
        div .rating {
            @for (index, label) in labels.iter().enumerate() {
                @let value = (index + 1).to_string();
                label title=(label) {
                    (icon("star"))
                    input type="radio" id={ (field.id) "-" (value) } name=(field.name) value=(value) checked[field.value == value]
                        disabled[field.readonly] aria-label=(label);
                }
            }
        }
    }
}

fn switch(field: &Field, text: &str) -> Markup {
    html! {
        div .switch {
            input type="hidden" name=(field.name) value="false";
            input type="checkbox" role="switch" id=(field.id) name=(field.name) value="true" checked[field.value == "true"]
                disabled[field.readonly] aria-describedby=[field.described()];
            @if !text.is_empty() { label for=(field.id) { (text) } }
        }
    }
}

fn select(field: &Field, choices: &[Choice]) -> Markup {
    html! {
        select .input id=(field.id) name=(field.name) required[field.required.is_some()] disabled[field.readonly]
            autofocus[field.autofocus] aria-invalid=[field.invalid()] aria-describedby=[field.described()] {
            @for choice in choices {
                option value=(choice.value) selected[choice.value == field.value] { (choice.label) }
            }
        }
    }
}

fn options(field: &Field, choices: &[Choice], kind: &str) -> Markup {
    html! {
        div .choices {
            @for choice in choices {
                label {
                    input type=(kind) name=(field.name) value=(choice.value) id={ (field.id) "-" (choice.value) }
                        checked[field.is_chosen(&choice.value)] disabled[field.readonly];
                    span { (choice.label) }
                }
            }
        }
    }
}

fn tags(field: &Field, choices: &[Choice]) -> Markup {
    let picked: Vec<Choice> = field
        .values
        .iter()
        .map(|value| {
            let known = choices.iter().find(|choice| choice.value == *value).cloned();
            known.unwrap_or_else(|| Choice::new(value, value))
        })
        .collect();
    html! {
        combo-box .input.combo data-name=(field.name) data-multiple data-free {
            @for choice in &picked { (pick(&field.name, choice)) }
            (combo_input(field))
            datalist { @for choice in choices { option value=(choice.value) data-hue=[choice.hue] { (choice.label) } } }
            (icon("chevrons-up-down"))
        }
    }
}

fn reference(field: &Field, object: &str, multiple: bool, picked: &[Choice]) -> Markup {
    html! {
        combo-box .input.combo data-name=(field.name) data-lookup=(object) data-multiple[multiple] {
            @for choice in picked { (pick(&field.name, choice)) }
            (combo_input(field))
            (icon("chevrons-up-down"))
        }
    }
}

/// A chosen value: its hidden input travels with the tag that shows it.
fn pick(name: &str, choice: &Choice) -> Markup {
    html! {
        span .pick data-value=(choice.value) {
            input type="hidden" name=(name) value=(choice.value);
            (tag(&choice.label, choice.hue.unwrap_or(256)))
        }
    }
}

fn combo_input(field: &Field) -> Markup {
    html! {
        input type="text" id=(field.id) role="combobox" aria-expanded="false" aria-autocomplete="list" autocomplete="off"
            placeholder=[field.hint_text()] readonly[field.readonly] autofocus[field.autofocus]
            aria-invalid=[field.invalid()] aria-describedby=[field.described()];
    }
}

fn region_selects(id: &str, name: &str, region: &Region) -> Markup {
    let value = region.chosen.iter().rev().find(|code| !code.is_empty());
    html! {
        region-field .triple {
            input type="hidden" name=(name) value=[value];
            @for level in 0..3 {
                select .input id=(if level == 0 { id.to_owned() } else { format!("{id}-{level}") })
                    aria-label=(region.labels[level]) data-level=(level) disabled[region.levels[level].is_empty()] {
                    @for choice in &region.levels[level] {
                        option value=(choice.value) selected[choice.value == region.chosen[level]] { (choice.label) }
                    }
                }
            }
        }
    }
}

fn file(
    field: &Field,
    accept: &str,
    multiple: bool,
    prompt: &str,
    upload: Option<&str>,
    files: &[(String, String, String)],
) -> Markup {
    html! {
        upload-field .upload data-name=(field.name) data-upload=[upload] {
            div .drop {
                (icon("cloud-upload"))
                span { (prompt) }
                input type="file" id=(field.id) name=[upload.is_none().then_some(&field.name)] accept=(accept) multiple[multiple]
                    aria-label=(prompt) aria-describedby=[field.described()];
            }
            ul {
                @for (file_id, name, size) in files {
                    li {
                        (icon("file"))
                        span .ell { (name) }
                        span .size { (size) }
                        input type="hidden" name=(field.name) value=(file_id);
                    }
                }
            }
        }
    }
}
