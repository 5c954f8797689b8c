use guanxi_text::money::{compact, grouped, upper};
use proptest::prelude::*;

#[test]
fn the_examples_of_the_payment_rules() {
    // 支付结算办法 annex 1, the form listed first where it lists two.
    for (fen, written) in [
        (140_950, "人民币壹仟肆佰零玖元伍角"),
        (600_714, "人民币陆仟零柒元壹角肆分"),
        (168_032, "人民币壹仟陆佰捌拾元零叁角贰分"),
        (10_700_053, "人民币壹拾万柒仟元零伍角叁分"),
        (1_640_902, "人民币壹万陆仟肆佰零玖元零贰分"),
        (32_504, "人民币叁佰贰拾伍元零肆分"),
    ] {
        assert_eq!(upper(fen), written, "{fen}");
    }
}

#[test]
fn edges_of_capitals() {
    for (fen, written) in [
        (0, "人民币零元整"),
        (1, "人民币壹分"),
        (50, "人民币伍角"),
        (55, "人民币伍角伍分"),
        (100, "人民币壹元整"),
        (1_000, "人民币壹拾元整"),
        (1_000_000, "人民币壹万元整"),
        (1_000_100, "人民币壹万零壹元整"),
        (1_001_000, "人民币壹万零壹拾元整"),
        (10_000_000, "人民币壹拾万元整"),
        (100_010_000, "人民币壹佰万零壹佰元整"),
        (10_000_000_000, "人民币壹亿元整"),
        (10_000_000_100, "人民币壹亿零壹元整"),
        (10_010_000_000, "人民币壹亿零壹拾万元整"),
        (12_345_678_901_234, "人民币壹仟贰佰叁拾肆亿伍仟陆佰柒拾捌万玖仟零壹拾贰元叁角肆分"),
        (-32_504, "人民币负叁佰贰拾伍元零肆分"),
    ] {
        assert_eq!(upper(fen), written, "{fen}");
    }
    assert!(upper(i64::MIN).starts_with("人民币负玖亿"));
}

#[test]
fn thousands_are_grouped() {
    for (fen, written) in [
        (0, "0.00"),
        (5, "0.05"),
        (123_450, "1,234.50"),
        (-123_450, "-1,234.50"),
        (100_000_000, "1,000,000.00"),
        (i64::MIN, "-92,233,720,368,547,758.08"),
    ] {
        assert_eq!(grouped(fen), written);
    }
}

#[test]
fn at_one_glance() {
    for (fen, zh, en) in [
        (0, "¥0", "¥0"),
        (99_950, "¥999.50", "¥999.50"),
        (53_600_000, "¥53.6 万", "¥536K"),
        (12_000_000_000, "¥1.2 亿", "¥120M"),
        (120_000_000, "¥120 万", "¥1.2M"),
        (999_999, "¥9,999.99", "¥10K"),
        (1_000_000, "¥1 万", "¥10K"),
        (9_999_999_900, "¥1 亿", "¥100M"),
        (9_500_000_000, "¥9,500 万", "¥95M"),
        (99_999_900, "¥100 万", "¥1M"),
        (-53_600_000, "-¥53.6 万", "-¥536K"),
        (120_000_000_000_000, "¥1.2 万亿", "¥1,200B"),
    ] {
        assert_eq!((compact(fen, true).as_str(), compact(fen, false).as_str()), (zh, en), "{fen}");
    }
}

/// Reads capitals back, by another way than they were written.
fn read(written: &str) -> u64 {
    let (mut total, mut section, mut digit) = (0u64, 0u64, 0u64);
    for c in written.trim_start_matches("人民币").trim_end_matches('整').chars() {
        if let Some(value) = "零壹贰叁肆伍陆柒捌玖".chars().position(|d| d == c) {
            digit = value as u64;
            continue;
        }
        match c {
            '拾' => section += digit * 10,
            '佰' => section += digit * 100,
            '仟' => section += digit * 1000,
            '万' => section = (section + digit) * 10_000,
            '亿' => section = (section + digit) * 100_000_000,
            '元' => total += (section + digit) * 100,
            '角' => total += digit * 10,
            '分' => total += digit,
            other => panic!("{other}"),
        }
        digit = 0;
        if c == '元' {
            section = 0;
        }
    }
    total
}

proptest! {
    #[test]
    fn capitals_are_read_back(fen in 0i64..10_000_000_000) {
        prop_assert_eq!(read(&upper(fen)), fen as u64, "{}", upper(fen));
    }

    #[test]
    fn no_two_zeros_and_one_ending(fen in 0i64..i64::MAX) {
        let written = upper(fen);
        prop_assert!(!written.contains("零零") && !written.contains("零万") && !written.contains("零亿"), "{}", written);
        prop_assert_eq!(written.ends_with('整'), fen % 100 == 0);
    }

    #[test]
    fn grouping_keeps_the_number(fen in any::<i64>()) {
        let digits: String = grouped(fen).chars().filter(|c| !",.".contains(*c)).collect();
        prop_assert_eq!(digits.parse::<i64>(), Ok(fen));
    }
}
