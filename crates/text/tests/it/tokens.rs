use guanxi_text::phone;
use guanxi_text::tokens::{Term, digits, index, is_digit_query, matches, query};
use proptest::prelude::*;

fn finds(text: &str, asked: &str) -> bool {
    let terms = query(asked);
    !terms.is_empty() && matches(&index(text), &terms)
}

fn finds_number(number: &str, asked: &str) -> bool {
    let terms = query(asked);
    !terms.is_empty() && matches(&digits(number), &terms)
}

#[test]
fn a_name_is_indexed_by_pairs_last_character_and_initials() {
    assert_eq!(index("启明星"), ["启明", "明星", "星", "qmx", "mx"]);
    assert_eq!(index("张伟 iPhone15"), ["张伟", "伟", "zw", "iphone15", "iphone", "15"]);
    assert_eq!(index("张"), ["张"]);
    assert!(index("，。！").is_empty());
}

#[test]
fn text_is_cut_by_script_and_punctuation() {
    let holds = |text: &str, token: &str| index(text).iter().any(|held| held == token);
    for (text, token) in [
        ("云帆（上海）科技", "帆上"),
        ("买买提·艾力", "提艾"),
        ("张（Wei）伟", "wei"),
        ("a.b@x.com", "com"),
        ("да", "u0434u0430"),
    ] {
        assert!(holds(text, token), "{text}: {:?}", index(text));
    }
    for (text, token) in [("张（Wei）伟", "张伟"), ("北京，上海", "京上")] {
        assert!(!holds(text, token), "{text}");
    }
}

#[test]
fn a_query_asks_for_pairs_and_prefixes() {
    let exact = |text: &str| Term::Exact(text.to_owned());
    let prefix = |text: &str| Term::Prefix(text.to_owned());
    assert_eq!(query("云帆智"), [exact("云帆"), exact("帆智")]);
    assert_eq!(query("雲"), [prefix("云")]);
    assert_eq!(query("张伟 138"), [exact("张伟"), prefix("138")]);
    assert_eq!(query("张伟138"), [exact("张伟"), prefix("138")]);
    assert_eq!(query("QMX"), [prefix("qmx")]);
    assert_eq!(query("+86 138-0000-1024"), [prefix("13800001024")]);
    assert_eq!(query("8613800001024"), [prefix("13800001024")]);
    assert_eq!(query("+86 138"), [prefix("138")]);
    assert!(query(" % _ * \" ").is_empty());
}

#[test]
fn what_people_type_is_found() {
    for (text, asked) in [
        ("云帆智能科技（上海）有限公司", "云帆"),
        ("云帆智能科技（上海）有限公司", "智能科技上海"),
        ("云帆智能科技（上海）有限公司", "科技(上海)有限"),
        ("云帆智能科技（上海）有限公司", "帆"),
        ("云帆智能科技（上海）有限公司", "司"),
        ("云帆智能科技（上海）有限公司", "yfzn"),
        ("云帆智能科技（上海）有限公司", "znkj"),
        ("雲帆國際", "云帆国际"),
        ("云帆国际", "雲帆國際"),
        ("重庆银行", "cqyh"),
        ("曾伟", "zw"),
        ("曾伟", "cw"),
        ("客户：单小曼", "sxm"),
        ("Shanghai Yunfan Co., Ltd.", "yunf"),
        ("José García", "garcia jose"),
        ("ＡＢＣ科技", "abc"),
        ("Привет", "прив"),
    ] {
        assert!(finds(text, asked), "{text} by {asked}: {:?} {:?}", index(text), query(asked));
    }
    for (text, asked) in [("云帆智能", "云智"), ("云帆智能", "能帆"), ("北京，上海", "京上"), ("启明星", "x")]
    {
        assert!(!finds(text, asked), "{text} by {asked}");
    }
}

#[test]
fn numbers_and_codes_are_found_by_their_parts() {
    assert_eq!(digits("+86 138-0000-1024")[0], "13800001024");
    for (number, asked) in [
        ("+86 138-0000-1024", "1024"),
        ("+86 138-0000-1024", "138 0000 1024"),
        ("+86 138-0000-1024", "138"),
        ("021-12345678", "12345678"),
        ("021-12345678", "(021) 1234 5678"),
        ("021-12345678", "02112345678"),
        ("+44 20 7946 0958", "+44 20 7946"),
        ("HT-2026-0001", "HT-2026-0001"),
        ("HT-2026-0001", "0001"),
        ("91330100799655058B", "99655058B"),
        ("123", "123"),
        ("13000000862", "00862"),
        ("13000861234", "00861234"),
    ] {
        assert!(finds_number(number, asked), "{number} by {asked}: {:?} {:?}", digits(number), query(asked));
    }
}

#[test]
fn digit_queries() {
    for text in ["138", "+86 138-0000", "(021) 1234", "１３８", "1"] {
        assert!(is_digit_query(text), "{text}");
    }
    for text in ["", "-", "张伟 138", "a1", "１３８a"] {
        assert!(!is_digit_query(text), "{text}");
    }
}

/// Names as customers have them: Han with brackets, Latin and digits among it.
fn names() -> impl Strategy<Value = String> {
    "[\\u{4e00}-\\u{9fa5}]{1,8}(（[\\u{4e00}-\\u{9fa5}]{1,3}）)?[A-Za-z0-9 ，·-]{0,4}[\\u{4e00}-\\u{9fa5}]{0,8}"
}

proptest! {
    #[test]
    fn every_han_substring_is_found(text in names(), from in 0usize..20, length in 1usize..10) {
        let chars: Vec<char> = text.chars().collect();
        let from = from % chars.len();
        let part: String = chars[from..(from + length).min(chars.len())].iter().collect();
        let han = |c: char| ('\u{4e00}'..='\u{9fa5}').contains(&c);
        // Every stretch of Han characters, also of one.
        for part in part.split(|c| !han(c)).filter(|part| !part.is_empty()) {
            prop_assert!(finds(&text, part), "{text} by {part}");
        }
    }

    #[test]
    fn every_text_finds_itself(text in "\\PC{1,30}") {
        let terms = query(&text);
        // A text that is one phone number is asked for by its digits, which the fields of numbers hold.
        prop_assume!(!is_digit_query(&text));
        prop_assert!(matches(&index(&text), &terms));
    }

    #[test]
    fn every_part_of_four_digits_is_found(number in "1[3-9][0-9]{9}", from in 0usize..8, length in 4usize..12) {
        let part = &number[from..(from + length).min(11)];
        for written in [number.clone(), format!("+86 {}", phone::display(&number)), format!("0086{number}")] {
            prop_assert!(finds_number(&written, part), "{written} by {part}");
        }
    }

    #[test]
    fn every_part_of_a_landline_is_found(number in "0(10|2[1-9]|[3-9][0-9]{2})-[2-8][0-9]{7}", from in 0usize..8, length in 4usize..12) {
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        let part = &digits[from..(from + length).min(digits.len())];
        prop_assert!(finds_number(&number, part), "{number} by {part}");
    }

    #[test]
    fn tokens_are_clean_and_distinct(text in "\\PC{0,40}") {
        for list in [index(&text), digits(&text)] {
            for token in &list {
                let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || (!c.is_ascii() && c.is_alphanumeric());
                prop_assert!(!token.is_empty() && token.chars().all(legal), "{token}");
                prop_assert!(token.chars().all(|c| c.is_ascii() || c >= '\u{3007}'), "{token}");
            }
            let mut sorted = list.clone();
            sorted.sort();
            sorted.dedup();
            prop_assert_eq!(sorted.len(), list.len());
        }
    }
}
