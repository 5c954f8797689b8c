//! The document that declares an object: fields, labels, layouts, list, board, search, access defaults
//! and verbs. Pages, REST schema, import columns, permission rows and audit texts derive from it.

use crate::{
    field::{Field, FieldKind},
    label::Label,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// A kind of record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Object {
    /// API name, `^[a-z][a-z0-9_]{0,47}$`; never changes.
    pub name: String,
    /// What people read, singular.
    pub label: Label,
    /// English plural; Chinese needs none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub plural: String,
    /// One sentence for the empty list: what appears here.
    #[serde(default, skip_serializing_if = "Label::is_empty")]
    pub about: Label,
    /// The area it belongs to: `customers`, `sales`, `service`, `insight`, `office`, `admin`, or `custom`.
    #[serde(default = "custom_area")]
    pub area: String,
    /// Icon name.
    #[serde(default = "default_icon")]
    pub icon: String,
    /// Tag hue of its icon and avatars.
    #[serde(default)]
    pub hue: u16,
    /// The field that names a record.
    pub title: String,
    /// The field that holds the life cycle, whose values verbs move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Where it stands in the menu; none keeps it out of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub menu: Option<Menu>,
    /// How access to its records is decided.
    #[serde(default)]
    pub access: AccessDef,
    /// Its fields, in document order; the registry puts the system fields first.
    #[serde(default, rename = "field")]
    pub fields: Vec<Field>,
    /// How it is listed.
    #[serde(default)]
    pub list: ListDef,
    /// How it is shown as boards; the first is the one that lists offer as `board`.
    #[serde(
        default,
        rename = "board",
        deserialize_with = "one_or_several",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub boards: Vec<BoardDef>,
    /// How it is shown in a calendar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarDef>,
    /// Its record page and form.
    #[serde(default)]
    pub record: RecordDef,
    /// What makes two records the same one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub duplicates: Vec<DuplicateKey>,
    /// What can be done to a record beside changing fields.
    #[serde(default, rename = "verb", skip_serializing_if = "Vec::is_empty")]
    pub verbs: Vec<VerbDef>,
    /// References on whose records' timelines its events stand too, beside the one that decides about access:
    /// a follow-up is told on the page of its opportunity and of its contact.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told_on: Vec<String>,
    /// Its events stand on no other record's timeline, because what it keeps is told there anyway.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub untold: bool,
    /// Conditions every saved record meets.
    #[serde(default, rename = "rule", skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleDef>,
    /// The table's name; free of user text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub table: String,
    /// Made by a site, not shipped.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub custom: bool,
    /// Position of each field by name; filled in by the registry.
    #[serde(skip)]
    pub index: HashMap<String, usize>,
}

fn custom_area() -> String {
    "custom".to_owned()
}

fn default_icon() -> String {
    "box".to_owned()
}

/// A place in the menu.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Menu {
    /// `daily` (above), `business` (below), `more` (folded away under it) or `settings`.
    pub section: String,
    /// Smaller comes first.
    pub order: i32,
}

/// How access to an object's records is decided.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct AccessDef {
    /// The reference field whose record decides: a contact is seen by whoever sees its customer. A record
    /// that has none is decided by its own owner and department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inherit: Option<String>,
    /// How its records lie in pools; none when they never do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<PoolDef>,
    /// New records get no owner unless one is named (data that belongs to the company).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ownerless: bool,
    /// Records are made only by the program; there is no form and no create by API.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub program_only: bool,
}

/// How records of an object lie in pools (公海), where they have no owner and every member may claim them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolDef {
    /// The field that names the pool; `id` for the pools themselves.
    pub field: String,
    /// The field that names the pool a record has left last, so that who comes too late is told so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<String>,
    /// Fields that every pool shows, beside the title and the columns it chooses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shows: Vec<String>,
}

/// How an object is listed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ListDef {
    /// Columns shown at first, the title field first. Dotted paths reach through references.
    #[serde(default)]
    pub columns: Vec<String>,
    /// Sort at first, `-created_at` for descending.
    #[serde(default)]
    pub sort: Vec<String>,
    /// Fields summed in the footer.
    #[serde(default)]
    pub sums: Vec<String>,
    /// Fields on the phone's card, under the title.
    #[serde(default)]
    pub card: Vec<String>,
    /// Views every site starts with.
    #[serde(default, rename = "view")]
    pub views: Vec<ViewDef>,
}

/// A shipped view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ViewDef {
    /// Stable name, used in the URL.
    pub name: String,
    /// Tab title.
    pub label: Label,
    /// Which records.
    #[serde(default)]
    pub filter: String,
    /// Sort, when not the list's.
    #[serde(default)]
    pub sort: Vec<String>,
    /// Columns, when not the list's.
    #[serde(default)]
    pub columns: Vec<String>,
    /// `table`, `board` or `calendar`.
    #[serde(default)]
    pub layout: String,
}

/// How an object is shown as a board.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BoardDef {
    /// The layout by which views and addresses ask for it.
    #[serde(default = "board_layout")]
    pub layout: String,
    /// What the switch between layouts calls it, when an object has several.
    #[serde(default, skip_serializing_if = "Label::is_empty")]
    pub label: Label,
    /// The choice field whose values are the columns.
    pub by: String,
    /// The money field totalled in the heads.
    #[serde(default)]
    pub amount: Option<String>,
    /// The percent field that weighs the forecast.
    #[serde(default)]
    pub weight: Option<String>,
    /// Fields on the card, under the title.
    #[serde(default)]
    pub card: Vec<String>,
    /// Values shown as narrow folded columns at the end.
    #[serde(default)]
    pub folded: Vec<String>,
    /// Values not shown.
    #[serde(default)]
    pub hidden: Vec<String>,
    /// For a column, the verb that dropping a card on it performs; the others set the field.
    #[serde(default)]
    pub verbs: BTreeMap<String, String>,
    /// Days without change after which a card is shown as stale.
    #[serde(default)]
    pub stale_days: Option<u32>,
    /// The date field after whose day a card is shown as stale, in place of a number of days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale_after: Option<String>,
    /// The instant field from which a card's age is counted, when not its last change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// For a board over a part of the life cycle: values of the status that end this part, shown as narrow
    /// columns that only take drops, each with the verb that a drop performs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ends: BTreeMap<String, String>,
}

fn board_layout() -> String {
    "board".to_owned()
}

/// Boards as a list, or a single one.
fn one_or_several<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<BoardDef>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Boards {
        Several(Vec<BoardDef>),
        One(Box<BoardDef>),
        None,
    }
    Ok(match Boards::deserialize(from)? {
        Boards::Several(boards) => boards,
        Boards::One(board) => vec![*board],
        Boards::None => Vec::new(),
    })
}

/// How an object is shown in a calendar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CalendarDef {
    /// Date or instant field of the beginning.
    pub start: String,
    /// Date or instant field of the end.
    #[serde(default)]
    pub end: Option<String>,
}

/// The record page and form.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RecordDef {
    /// Fields in the line under the name.
    #[serde(default)]
    pub line: Vec<String>,
    /// Five to seven facts in the strip.
    #[serde(default)]
    pub facts: Vec<String>,
    /// The choice field drawn as a path.
    #[serde(default)]
    pub path: Option<String>,
    /// Values left out of the path (they end it).
    #[serde(default)]
    pub path_ends: Vec<String>,
    /// The choice field drawn as a second path below the first, while it is filled and the record is not closed:
    /// the stages inside one step of the life cycle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inner_path: Option<String>,
    /// The sides from which the record is known; groups say to which they belong.
    #[serde(default, rename = "face")]
    pub faces: Vec<FaceDef>,
    /// A reference, or a path of them, whose record stands in one line under the facts: how this one is to be
    /// treated.
    #[serde(default)]
    pub beside: Option<String>,
    /// Groups of fields, on the page and in the form. Fields in no group come last, in one of their own.
    #[serde(default, rename = "group")]
    pub groups: Vec<GroupDef>,
    /// Lists of records that refer to this one.
    #[serde(default)]
    pub related: Vec<RelatedDef>,
    /// Whether follow-ups can be written on it.
    #[serde(default)]
    pub composer: bool,
    /// While this holds the record is history: people read it, and nothing offers to edit or transfer it. What
    /// comes past the page is refused by the object's own rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<String>,
}

/// A side from which a record is known. How much of it is known is computed on every write from the fields
/// that its groups want, and stored, so that lists filter and sort by it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FaceDef {
    /// Stable name, which groups refer to.
    pub name: String,
    /// Heading.
    pub label: Label,
    /// The percent field that keeps how complete it is.
    pub field: String,
}

/// A group of fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupDef {
    /// Heading.
    pub label: Label,
    /// Fields in order.
    pub fields: Vec<String>,
    /// Folded at first.
    #[serde(default)]
    pub folded: bool,
    /// Left out of the form for new records.
    #[serde(default)]
    pub later: bool,
    /// The face it belongs to.
    #[serde(default)]
    pub face: Option<String>,
    /// The fields without which its face is not complete. What the program counts by itself is never among
    /// them: completeness is about what people must find out.
    #[serde(default)]
    pub wants: Vec<String>,
}

/// A list of records that refer to this one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RelatedDef {
    /// The other object.
    pub object: String,
    /// Its reference field.
    pub via: String,
    /// Fields shown in a row, after its title.
    #[serde(default)]
    pub fields: Vec<String>,
    /// A money field summed in the heading.
    #[serde(default)]
    pub sum: Option<String>,
    /// Heading, when not the other object's name.
    #[serde(default)]
    pub label: Option<Label>,
    /// Sort, when not newest first.
    #[serde(default)]
    pub sort: Vec<String>,
}

/// A field by which duplicates are found, compared in the normal form of its kind: phones without
/// separators, names without brackets and company suffixes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DuplicateKey {
    /// The field.
    pub field: String,
    /// Whether equality is a likely duplicate (`likely`, the default) or only worth a look (`similar`).
    #[serde(default)]
    pub similar: bool,
}

/// A verb, in the words salespeople use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerbDef {
    /// API name; also the action that roles grant.
    pub name: String,
    /// The button.
    pub label: Label,
    /// What the timeline says was done.
    #[serde(default)]
    pub done: Label,
    /// Icon name.
    #[serde(default = "default_verb_icon")]
    pub icon: String,
    /// Values of the status field from which it is allowed; empty is all.
    #[serde(default)]
    pub from: Vec<String>,
    /// Offered only where this holds (a locked customer is unlocked, not locked again).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// The status it leads to, for verbs without code of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// What it asks for.
    #[serde(default)]
    pub form: Vec<Field>,
    /// `primary`, `plain` or `danger`.
    #[serde(default)]
    pub tone: String,
    /// Offered for a selection of records too.
    #[serde(default)]
    pub bulk: bool,
    /// What it may make twice: its dialog shows the records that are there already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub twins: Option<TwinsDef>,
    /// The scope may reach further than the action: the action's grant decides alone.
    #[serde(default)]
    pub hint: Option<Label>,
}

/// Where a verb looks for what it may make twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TwinsDef {
    /// The object whose records it makes.
    pub object: String,
    /// Fields of that object, each with the field of this record it is filled from.
    pub fields: BTreeMap<String, String>,
}

fn default_verb_icon() -> String {
    "zap".to_owned()
}

/// A condition that every saved record meets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleDef {
    /// Must hold.
    pub check: String,
    /// Where the message stands; none for the whole record.
    #[serde(default)]
    pub field: Option<String>,
    /// What is wrong and what to do.
    pub message: Label,
}

impl Object {
    /// A field by API name, active or not.
    pub fn field(&self, name: &str) -> Option<&Field> {
        match self.index.get(name) {
            Some(position) => self.fields.get(*position),
            None => self.fields.iter().find(|field| field.name == name),
        }
    }

    /// The field that names a record.
    pub fn title_field(&self) -> &Field {
        self.field(&self.title).expect("the registry refuses objects without their title field")
    }

    /// The fields that a face wants, those aside that a record of this kind is not asked for: `asked` says
    /// whether a condition of the document holds.
    pub fn wanted(&self, face: &str, mut asked: impl FnMut(&str) -> bool) -> Vec<&Field> {
        let groups = self.record.groups.iter().filter(|group| group.face.as_deref() == Some(face));
        let fields = groups.flat_map(|group| &group.wants).filter_map(|name| self.field(name));
        fields.filter(|field| !field.inactive && field.show_when.as_deref().is_none_or(&mut asked)).collect()
    }

    /// The board that a layout asks for.
    pub fn board(&self, layout: &str) -> Option<&BoardDef> {
        self.boards.iter().find(|board| board.layout == layout)
    }

    /// The verb that dropping a record on a value of a field performs, on whichever board has such a column.
    pub fn drop_verb(&self, field: &str, value: &str) -> Option<&str> {
        let boards = self.boards.iter();
        let leads = boards.filter(|board| board.by == field).find_map(|board| board.verbs.get(value));
        leads.map(String::as_str)
    }

    /// A verb by name.
    pub fn verb(&self, name: &str) -> Option<&VerbDef> {
        self.verbs.iter().find(|verb| verb.name == name)
    }

    /// Fields that people see: neither deactivated nor system plumbing.
    pub fn active_fields(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| !field.inactive)
    }

    /// The system fields, which every object has.
    pub fn system_fields() -> Vec<Field> {
        let system = |name: &str, zh: &str, en: &str, kind: FieldKind| {
            let mut field = Field::new(name, Label::new(zh, en), kind);
            field.system = true;
            field.read_only = true;
            field
        };
        let labels: Vec<SystemLabel> = serde_json::from_str(include_str!("system_fields.json"))
            .expect("system_fields.json ships with the program and is valid");
        labels
            .into_iter()
            .map(|l| {
                let mut field = system(&l.name, &l.zh, &l.en, l.kind);
                field.read_only = l.read_only;
                field
            })
            .collect()
    }

    /// What several of them are called.
    pub fn plural_label(&self, locale: crate::Locale) -> &str {
        match locale {
            crate::Locale::En if !self.plural.is_empty() => &self.plural,
            locale => self.label.get(locale),
        }
    }
}

#[derive(Deserialize)]
struct SystemLabel {
    name: String,
    zh: String,
    en: String,
    #[serde(flatten)]
    kind: FieldKind,
    #[serde(default)]
    read_only: bool,
}

/// Whether a text may be the API name of an object, field, verb or role.
pub fn is_api_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    !bytes.is_empty()
        && bytes.len() <= 48
        && bytes[0].is_ascii_lowercase()
        && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'_')
}

/// Names that objects cannot take because the address space uses them.
pub const RESERVED: &[&str] = &[
    "api",
    "assets",
    "batch",
    "aggregate",
    "calendar",
    "count",
    "dev",
    "duplicates",
    "events",
    "files",
    "handover",
    "healthz",
    "home",
    "import",
    "imports",
    "invite",
    "login",
    "logout",
    "lookup",
    "me",
    "messages",
    "metrics",
    "new",
    "notices",
    "objects",
    "openapi",
    "pools",
    "palette",
    "password",
    "readyz",
    "regions",
    "report",
    "reports",
    "reset",
    "search",
    "settings",
    "setup",
    "shortcuts",
    "team",
    "todo",
    "trash",
    "views",
];
