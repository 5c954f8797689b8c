//! The interface's components: plain data in, markup out.
//!
//! Components know nothing of the gate or the store, and hold no words: every label is passed in by
//! the caller, in the reader's language. `assets/README.md` describes what the browser side expects of them.

mod action;
mod avatar;
mod bar;
mod board;
mod bulk;
mod button;
mod calendar;
mod card;
mod chart;
mod chip;
mod composer;
mod dialog;
mod diff;
mod empty;
mod facts;
mod fields;
mod form;
pub mod gallery;
mod grid;
mod heat;
mod icon;
mod json;
mod kpi;
mod login;
mod menu;
mod notice;
mod pager;
mod palette;
mod record;
mod related;
mod row_cards;
mod settings;
mod shell;
mod spark;
mod stage;
mod tabs;
mod tag;
mod timeline;
mod toast;
mod toolbar;
mod widgets;

pub use action::Act;
pub use avatar::{AvatarKind, Size, avatar, avatar_sized, hue_of};
pub use bar::{Bar, Walk, bar, crumbs, sub};
pub use board::{Board, BoardColumn, Deal, NextStep, Sum, board, board_column_head, deal_card, sums};
pub use bulk::{BulkBar, bulk_bar};
pub use button::{Button, button, fab};
pub use calendar::{Calendar, Day, Entry, calendar};
pub use card::{card, panel};
pub use chart::{ChartCard, chart_card};
pub use chip::{Chip, chip};
pub use composer::{Composer, ComposerFiles, ComposerKind, composer};
pub use dialog::{Dialog, dialog, drawer, verb_dialog};
pub use diff::{AuditEntry, Difference, audit_trail, conflict, diff};
pub use empty::{Empty, EmptyKind, empty_state};
pub use facts::{Fact, fact_strip};
pub use fields::{InlineField, field_group, inline_field, inline_value};
pub use form::{FormPage, Problem, form_bar, form_page, problem_summary};
pub use grid::{
    Cell, Column, Grid, GridTexts, Row, Sort, data_grid, grid_row, grid_rows, more_row, name_cell,
};
pub use heat::{HeatCell, heat_table};
pub use icon::{icon, icon_large, icon_small};
pub use json::{json_script, phrases_script};
pub use kpi::{Kpi, kpi};
pub use login::{DemoLogin, Login, login_page};
pub use menu::{Menu, MenuItem, menu};
pub use notice::{Tone, notice, progress, skeleton, stepper};
pub use pager::{KeyHint, Pager, pager};
pub use palette::{PaletteTexts, palette, shortcut_help};
pub use record::{RecordHeader, RecordTabs, record_header, record_page};
pub use related::{Related, RelatedItem, related_list};
pub use row_cards::{RowCard, row_cards};
pub use settings::{dirty_bar, setting, settings_page};
pub use shell::{Me, NavItem, NavSection, Shell, main_only, shell, theme_script};
pub use spark::sparkline;
pub use stage::{Stage, StagePath, StageState, stage_path};
pub use tabs::{Tab, segmented, view_tabs};
pub use tag::{outline_tag, plain_tag, stars, tag, tag_dot, toned};
pub use timeline::{TimelineDay, TimelineEvent, timeline};
pub use toast::{Toast, toast};
pub use toolbar::{column_button, filter_button, search_box, toolbar};
pub use widgets::{Choice, Field, Region, Widget, form_field, widget};
