//! How the columns of a list stand: which stay beside the title while the others scroll, and how wide they are.

use crate::session::Params;
use guanxi_gate::admin::View;
use std::collections::BTreeMap;

/// Widths are classes in steps of 20 px, since style attributes are forbidden.
pub const WIDTHS: std::ops::RangeInclusive<u16> = 80..=400;
/// What a pinned column takes that has no width of its own.
const PINNED: u16 = 160;
/// The same for the title.
const TITLE: u16 = 260;
/// Pinned columns may not cover the list: those beyond this many pixels scroll with the others.
const ROOM: u16 = 900;

/// Pinned columns and widths.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shape {
    pinned: Vec<String>,
    widths: BTreeMap<String, u16>,
}

impl Shape {
    /// As a view keeps it.
    pub fn of_view(view: &View) -> Self {
        let widths = view.widths.iter().map(|(column, width)| (column.clone(), step(*width)));
        Shape { pinned: view.pinned.clone(), widths: widths.collect() }
    }

    /// From an address: `pin=phone,owner` and `widths=phone:160,owner:120`; what it leaves out is the view's.
    pub fn read(params: &Params, base: &Shape) -> Self {
        let list = |name: &str| {
            let given: String = params.all(name).collect::<Vec<_>>().join(",");
            let items = given.split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty());
            items.collect::<Vec<_>>()
        };
        let width = |item: &String| {
            let (column, width) = item.rsplit_once(':')?;
            Some((column.to_owned(), step(width.parse().ok()?)))
        };
        Shape {
            pinned: if params.has("pin") { list("pin") } else { base.pinned.clone() },
            widths: if params.has("widths") {
                list("widths").iter().filter_map(width).collect()
            } else {
                base.widths.clone()
            },
        }
    }

    /// Without columns that are not shown. The first one always stands still.
    pub fn within(mut self, columns: &[String]) -> Self {
        self.pinned.retain(|pinned| columns.iter().skip(1).any(|column| column == pinned));
        self.widths.retain(|column, _| columns.contains(column));
        self
    }

    /// The parts of an address in which it differs from the view's.
    pub fn parts(&self, base: &Shape) -> Vec<(&'static str, String)> {
        let mut parts = Vec::new();
        if self.pinned != base.pinned {
            parts.push(("pin", self.pin()));
        }
        if self.widths != base.widths {
            parts.push(("widths", self.widths()));
        }
        parts
    }

    /// The pinned columns as the address holds them.
    pub fn pin(&self) -> String {
        self.pinned.join(",")
    }

    /// The widths as the address holds them.
    pub fn widths(&self) -> String {
        self.widths.iter().map(|(column, width)| format!("{column}:{width}")).collect::<Vec<_>>().join(",")
    }

    /// The pinned columns and widths that a form or an address holds, for a view.
    pub fn of_form(params: &Params) -> (Vec<String>, BTreeMap<String, u16>) {
        let shape = Shape::read(params, &Shape::default());
        (shape.pinned, shape.widths)
    }

    /// Where a column stands among the others: pinned ones first, in their order.
    pub fn place(&self, column: &str) -> usize {
        self.pinned.iter().position(|pinned| pinned == column).unwrap_or(self.pinned.len())
    }

    /// Whether a column was asked to stand still.
    pub fn is_pinned(&self, column: &str) -> bool {
        self.pinned.iter().any(|pinned| pinned == column)
    }

    /// The width of a column; 0 takes that of its content.
    pub fn width(&self, column: &str) -> u16 {
        self.widths.get(column).copied().unwrap_or(0)
    }

    /// For each column its width and, for the pinned ones, how far from the edge it stands still. Both are
    /// needed together: what stands behind a column begins where that one ends.
    pub fn layout(&self, columns: &[String]) -> Vec<(u16, Option<u16>)> {
        let mut edge = 0;
        let mut still = true;
        columns
            .iter()
            .enumerate()
            .map(|(index, column)| {
                let asked = self.width(column);
                let fixed = match (index, asked) {
                    (0, 0) if self.pinned.is_empty() => 0,
                    (0, 0) => TITLE,
                    (_, 0) => PINNED,
                    (_, asked) => asked,
                };
                still = still && (index == 0 || self.is_pinned(column)) && edge + fixed <= ROOM;
                if !still {
                    return (asked, None);
                }
                let at = edge;
                edge += fixed;
                (fixed, Some(at))
            })
            .collect()
    }
}

fn step(width: u16) -> u16 {
    (width.clamp(*WIDTHS.start(), *WIDTHS.end()) + 10) / 20 * 20
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(query: &str) -> Shape {
        Shape::read(&Params::parse(query), &Shape::default())
    }

    #[test]
    fn a_pinned_column_stands_where_the_one_before_it_ends() {
        let columns = ["name", "phone", "owner", "grade"].map(str::to_owned);
        let shape = shape("pin=phone,owner&widths=phone:120,grade:200").within(&columns);
        assert_eq!(shape.layout(&columns), [(260, Some(0)), (120, Some(260)), (160, Some(380)), (200, None)]);
        let none = Shape::default().layout(&columns);
        assert_eq!(none[0], (0, Some(0)), "alone, the title takes the room of its content");
        assert!(none[1..].iter().all(|column| *column == (0, None)));
    }

    #[test]
    fn pinned_columns_leave_room_for_the_others() {
        let columns = ["name", "a", "b", "c"].map(str::to_owned);
        let wide = shape("pin=a,b,c&widths=a:400,b:400,c:400").within(&columns);
        let still: Vec<bool> = wide.layout(&columns).iter().map(|(_, at)| at.is_some()).collect();
        assert_eq!(still, [true, true, false, false]);
    }

    #[test]
    fn widths_are_steps_and_what_is_no_width_is_left_out() {
        let shape = shape("widths=a:95,b:9,c:9999,d:wide,e&pin=");
        assert_eq!(shape.widths(), "a:100,b:80,c:400");
    }
}
