//! The data grid. Keys, inline edit and selection are added by `assets/src/grid.ts`.

use maud::{Markup, html};
use serde_json::Value;

use super::{icon_small, json_script};

/// A grid of records of one object.
#[derive(Clone, Debug, Default)]
pub struct Grid {
    /// The object's name.
    pub object: String,
    /// Its columns, the name column first.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// What it says.
    pub texts: GridTexts,
    /// One cell under each column: sum, average or empty count; or nothing at all.
    pub footer: Vec<Option<Markup>>,
    /// Whether rows can be selected.
    pub selectable: bool,
    /// Field metadata for editors and the filter builder, as described in `assets/README.md`.
    pub fields: Value,
    /// The address of the next rows and the label of its button; they come as [`grid_rows`].
    pub more: Option<(String, String)>,
    /// Whether phones see cards instead ([`super::row_cards()`]).
    pub has_cards: bool,
}

/// The words of a grid.
#[derive(Clone, Debug, Default)]
pub struct GridTexts {
    /// What the table holds, read aloud.
    pub caption: String,
    /// The label of the checkbox over all rows.
    pub select_page: String,
    /// The label of a row's checkbox; the row's name follows it.
    pub select_row: String,
    /// The label of the button that opens a row's drawer; the row's name follows it.
    pub peek: String,
}

/// A column.
#[derive(Clone, Debug, Default)]
pub struct Column {
    /// The field's name.
    pub field: String,
    /// Its label.
    pub label: String,
    /// Its type icon.
    pub icon: Option<String>,
    /// Its width in pixels, 80 to 400; zero takes the width of its content.
    pub width: u16,
    /// How far from the edge it stands still while the others scroll; none scrolls with them.
    pub still: Option<u16>,
    /// Whether numbers stand at its end.
    pub numeric: bool,
    /// Why none of its cells can be edited, when that is so for all of them.
    pub locked: Option<String>,
    /// How it sorts, if it does.
    pub sort: Option<Sort>,
}

/// How a column sorts.
#[derive(Clone, Debug, Default)]
pub struct Sort {
    /// The address that sorts by this column, or turns its direction.
    pub href: String,
    /// `Some(true)` when it sorts downwards now, `Some(false)` upwards.
    pub descending: Option<bool>,
}

/// A row.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// The record's id.
    pub id: String,
    /// The version that an edit must name.
    pub version: i64,
    /// Its cells, in the order of the columns.
    pub cells: Vec<Cell>,
}

/// A cell.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    /// What it shows.
    pub body: Markup,
    /// Its value as the editor needs it, unless it is the very text that the cell shows.
    pub value: Option<String>,
    /// The kind of its editor; none when it cannot be edited.
    pub edit: Option<String>,
    /// Why it cannot be edited, when other cells of its column can.
    pub locked: Option<String>,
}

impl Column {
    /// Widths and edges are classes in steps of 20 px, since style attributes are forbidden.
    fn class(&self, place: Place) -> Option<String> {
        let mut class = Vec::new();
        match (place, self.still) {
            (Place { first: true, .. }, _) => class.push("col-name".to_owned()),
            (_, Some(edge)) => class.push(format!("pin at-{edge}")),
            (_, None) => {}
        }
        if place.last_still {
            class.push("pin-end".to_owned());
        }
        if self.numeric {
            class.push("num".to_owned());
        }
        if self.width > 0 {
            class.push(format!("w-{}", (self.width.clamp(80, 400) + 10) / 20 * 20));
        }
        (!class.is_empty()).then(|| class.join(" "))
    }

    fn aria_sort(&self) -> Option<&'static str> {
        self.sort.as_ref()?.descending.map(|down| if down { "descending" } else { "ascending" })
    }
}

/// Where a column stands.
#[derive(Clone, Copy)]
struct Place {
    first: bool,
    /// Whether it is the last of those that stand still.
    last_still: bool,
}

/// The classes of each column's cells.
fn classes(grid: &Grid) -> Vec<Option<String>> {
    let last = grid.columns.iter().rposition(|column| column.still.is_some()).unwrap_or(0);
    let place = |index: usize| Place { first: index == 0, last_still: index == last };
    grid.columns.iter().enumerate().map(|(index, column)| column.class(place(index))).collect()
}

/// The grid.
pub fn data_grid(grid: &Grid) -> Markup {
    html! {
        div class={ "grid" @if grid.has_cards { " has-cards" } } {
            (json_script(Some(&format!("fields-{}", grid.object)), &grid.fields))
            table role="grid" id={ "grid-" (grid.object) } data-object=(grid.object) data-grid
                data-select=(grid.texts.select_row) data-peek=(grid.texts.peek)
                aria-multiselectable=[grid.selectable.then_some("true")] class=[(!grid.selectable).then_some("no-check")] {
                caption .sr-only { (grid.texts.caption) }
                thead { (head(grid)) }
                tbody id={ "rows-" (grid.object) } { (grid_rows(grid)) }
                @if !grid.footer.is_empty() { tfoot { (foot(grid)) } }
            }
        }
    }
}

fn head(grid: &Grid) -> Markup {
    html! {
        tr {
            @if grid.selectable {
                th .col-check scope="col" { input type="checkbox" data-check-all aria-label=(grid.texts.select_page); }
            }
            @for (column, class) in grid.columns.iter().zip(classes(grid)) {
                th class=[class] scope="col" data-field=(column.field) data-locked=[column.locked.as_deref()] aria-sort=[column.aria_sort()] {
                    @let inner = html! {
                        @if let Some(name) = &column.icon { (icon_small(name)) }
                        span { (column.label) }
                        @match column.aria_sort() {
                            Some("descending") => (icon_small("arrow-down")),
                            Some(_) => (icon_small("arrow-up")),
                            None => {},
                        }
                    };
                    @match &column.sort {
                        Some(sort) => a href=(sort.href) { (inner) },
                        None => span .head { (inner) },
                    }
                }
            }
        }
    }
}

fn foot(grid: &Grid) -> Markup {
    html! {
        tr {
            @if grid.selectable { td .col-check {} }
            @for (class, cell) in classes(grid).into_iter().zip(&grid.footer) {
                td class=[class] {
                    @if let Some(cell) = cell { (cell) }
                }
            }
        }
    }
}

/// The rows alone, followed by the row that fetches the next ones: what `Grid::more` answers with.
pub fn grid_rows(grid: &Grid) -> Markup {
    html! {
        @let classes = classes(grid);
        @for row in &grid.rows { (tr(grid, row, &classes)) }
        @if let Some((url, label)) = &grid.more {
            (more_row(grid.columns.len() + usize::from(grid.selectable), url, label))
        }
    }
}

/// The row that fetches the next rows when it comes into sight.
pub fn more_row(span: usize, url: &str, label: &str) -> Markup {
    html! {
        tr .more-row {
            td colspan=(span) {
                button .btn.ghost.sz-s type="button" hx-get=(url) hx-target="closest tr" hx-swap="outerHTML"
                    hx-trigger="intersect once, click" { (label) }
            }
        }
    }
}

/// One row, which is also the answer to an inline edit. Only the grid's columns, texts and `selectable` are read.
pub fn grid_row(grid: &Grid, row: &Row) -> Markup {
    tr(grid, row, &classes(grid))
}

fn tr(grid: &Grid, row: &Row, classes: &[Option<String>]) -> Markup {
    html! {
        // What every row has alike is added by `assets/src/grid/rows.ts`: fifty rows are a large part of a page.
        tr id={ "r-" (row.id) } data-id=(row.id) data-version=(row.version) {
            @if grid.selectable { td .col-check { input type="checkbox" data-check; } }
            @for ((column, cell), class) in grid.columns.iter().zip(&row.cells).zip(classes) {
                td class=[class.as_deref()] role="gridcell" tabindex="-1" data-field=(column.field)
                    data-edit=[cell.edit.as_deref()] data-value=[cell.value.as_deref()] data-locked=[cell.locked.as_deref()]
                    aria-readonly=[cell.edit.is_none().then_some("true")] { (cell.body) }
            }
        }
    }
}

/// The content of the name column: an avatar and the name as a link. The button that opens the drawer comes with
/// the pointer.
pub fn name_cell(avatar: &Markup, name: &str, href: &str) -> Markup {
    html! {
        div .row {
            (avatar)
            a .name href=(href) { (name) }
        }
    }
}
