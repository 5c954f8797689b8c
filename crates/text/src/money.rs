//! Amounts in fen, written for contracts, tables and cards.

use std::sync::LazyLock;

/// The amount in the capitals that banks and contracts ask for, in the form the payment rules list first.
///
/// An amount of whole yuan ends in the word for "whole"; one that ends in jiao does not, as in the rules' own examples.
pub fn upper(fen: i64) -> String {
    let words = &*WORDS;
    let amount = fen.unsigned_abs();
    let (yuan, jiao, fen_digit) = (amount / 100, (amount / 10 % 10) as usize, (amount % 10) as usize);
    let mut out = words.currency.to_owned();
    if fen < 0 {
        out += words.minus;
    }
    if yuan > 0 || amount == 0 {
        out += &integer(yuan);
        out += words.yuan;
    }
    // A zero is read where digits follow a gap: an empty last place of the yuan, or no jiao before the fen.
    let gap = if jiao == 0 { fen_digit > 0 } else { yuan % 10 == 0 };
    if gap && yuan > 0 {
        out += words.digits[0];
    }
    if jiao > 0 {
        out += words.digits[jiao];
        out += words.jiao;
    }
    if fen_digit > 0 {
        out += words.digits[fen_digit];
        out += words.fen;
    }
    if jiao == 0 && fen_digit == 0 {
        out += words.whole;
    }
    out
}

/// `1,234.50`: always two decimals.
pub fn grouped(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let amount = fen.unsigned_abs();
    format!("{sign}{}.{:02}", thousands(amount / 100), amount % 100)
}

/// The amount in one glance, rounded half up to one decimal of its unit: `¥53.6` ten-thousands in Chinese, `¥536K` in English.
///
/// Below the first unit it is in yuan, with fen only when there are any.
pub fn compact(fen: i64, zh: bool) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let amount = fen.unsigned_abs();
    let large = &WORDS.large;
    let units: [(u64, &str); 3] = if zh {
        [(10_000, large[0]), (100_000_000, large[1]), (1_000_000_000_000, large[2])]
    } else {
        [(1_000, "K"), (1_000_000, "M"), (1_000_000_000, "B")]
    };
    if amount >= units[0].0 * 100 {
        // Rounding decides the unit: 99,999,999 is one hundred million at one glance, not ten thousand ten-thousands.
        let reached = |(unit, next): (u64, u64)| tenths(amount, unit) * unit >= next * 10;
        let place = (1..units.len())
            .take_while(|place| reached((units[place - 1].0, units[*place].0)))
            .last()
            .unwrap_or(0);
        let (unit, word) = units[place];
        let tenths = tenths(amount, unit);
        let decimal = if tenths.is_multiple_of(10) { String::new() } else { format!(".{}", tenths % 10) };
        let space = if zh { " " } else { "" };
        return format!("{sign}\u{a5}{}{decimal}{space}{word}", thousands(tenths / 10));
    }
    let decimals = match amount % 100 {
        0 => String::new(),
        cents => format!(".{cents:02}"),
    };
    format!("{sign}\u{a5}{}{decimals}", thousands(amount / 100))
}

/// Fen in tenths of a unit of yuan, half up.
fn tenths(fen: u64, unit: u64) -> u64 {
    let tenth = unit * 10;
    (fen + tenth / 2) / tenth
}

fn thousands(mut number: u64) -> String {
    let mut groups = Vec::new();
    while number >= 1000 {
        groups.push(format!(",{:03}", number % 1000));
        number /= 1000;
    }
    groups.push(number.to_string());
    groups.into_iter().rev().collect()
}

/// A whole number in capitals, cut at 10^8 and 10^4 as it is read.
fn integer(number: u64) -> String {
    for (section, word) in [(100_000_000, WORDS.sections[1]), (10_000, WORDS.sections[0])] {
        if number >= section {
            let (head, rest) = (number / section, number % section);
            let zero = if rest > 0 && rest < section / 10 { WORDS.digits[0] } else { "" };
            let tail = if rest > 0 { integer(rest) } else { String::new() };
            return integer(head) + word + zero + &tail;
        }
    }
    below_ten_thousand(number as usize)
}

fn below_ten_thousand(number: usize) -> String {
    let words = &*WORDS;
    if number == 0 {
        return words.digits[0].to_owned();
    }
    let mut out = String::new();
    let mut gap = false;
    for (place, unit) in [(1000, words.places[2]), (100, words.places[1]), (10, words.places[0]), (1, "")] {
        match number / place % 10 {
            0 => gap = !out.is_empty(),
            digit => {
                if gap {
                    out += words.digits[0];
                }
                gap = false;
                out += words.digits[digit];
                out += unit;
            }
        }
    }
    out
}

struct Words {
    digits: Vec<&'static str>,
    places: Vec<&'static str>,
    sections: Vec<&'static str>,
    large: Vec<&'static str>,
    currency: &'static str,
    yuan: &'static str,
    jiao: &'static str,
    fen: &'static str,
    whole: &'static str,
    minus: &'static str,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let list = |name: &str| -> Vec<&'static str> {
        let line = crate::table::lines(include_str!("../data/money.txt"))
            .find(|line| line.split(' ').next() == Some(name));
        line.expect("data/money.txt has every word").split(' ').skip(1).collect()
    };
    Words {
        digits: list("digits"),
        places: list("places"),
        sections: list("sections"),
        large: list("large"),
        currency: list("currency")[0],
        yuan: list("yuan")[0],
        jiao: list("jiao")[0],
        fen: list("fen")[0],
        whole: list("whole")[0],
        minus: list("minus")[0],
    }
});
