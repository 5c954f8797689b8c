use guanxi_text::phone::{display, is_valid, mask, normalise};
use proptest::prelude::*;

#[test]
fn every_way_of_writing_becomes_one() {
    for (written, stored) in [
        ("13800001024", "13800001024"),
        ("+86 138-0000-1024", "13800001024"),
        ("0086 138 0000 1024", "13800001024"),
        ("(+86)13800001024", "13800001024"),
        ("8613800001024", "13800001024"),
        ("１３８００００１０２４", "13800001024"),
        (" 138.0000.1024 ", "13800001024"),
        ("199 9999 9999", "19999999999"),
        ("021-12345678", "021-12345678"),
        ("(010) 6552 9988", "010-65529988"),
        ("0571-88886666", "0571-88886666"),
        ("0571 8888666", "0571-8888666"),
        ("+86 21 2234 5678", "021-22345678"),
        ("+86 10 65529988", "010-65529988"),
        ("+86-0571-88886666", "0571-88886666"),
        ("021-22345678-801", "021-22345678-801"),
        ("021-22345678转801", "021-22345678-801"),
        ("021-22345678 ext. 801", "021-22345678-801"),
        ("400-820-8820", "4008208820"),
        ("4008208820", "4008208820"),
        ("95588", "95588"),
        ("+44 20 7946 0958", "+442079460958"),
        ("0044-20-7946-0958", "+442079460958"),
        ("+852 2345 6789", "+85223456789"),
        ("+1 (415) 555-2671", "+14155552671"),
    ] {
        assert_eq!(normalise(written).as_deref(), Some(stored), "{written}");
    }
}

#[test]
fn what_is_not_a_number_is_refused() {
    for written in [
        "",
        " ",
        "+",
        "1380000102",
        "138000010245",
        "12800001024",
        "12345678",
        "021-123",
        "abc",
        "张伟",
        "13800001024a",
        "+86 12345678901",
        "0",
    ] {
        assert!(!is_valid(written), "{written}: {:?}", normalise(written));
    }
}

#[test]
fn shown_in_groups_and_masked() {
    assert_eq!(display("+8613800001024"), "138 0000 1024");
    assert_eq!(display("4008208820"), "400 820 8820");
    assert_eq!(display("021-22345678"), "021-22345678");
    assert_eq!(display(" ask "), "ask");
    assert_eq!(mask("138 0000 1024"), "138****1024");
    assert_eq!(mask("021-22345678"), "021-****5678");
    assert_eq!(mask("0571-88886666"), "0571-****6666");
    assert_eq!(mask("+442079460958"), "+44****0958");
    assert_eq!(mask("12345"), "1***");
    assert_eq!(mask("call me"), "c***");
    assert_eq!(mask(""), "");
}

proptest! {
    #[test]
    fn normal_numbers_stay_and_are_read_back(number in "1[3-9][0-9]{9}|0(10|2[0-9])-[2-8][0-9]{7}|0[3-9][0-9]{2}-[2-8][0-9]{6,7}|\\+[1-79][0-9]{8,11}") {
        prop_assume!(!number.starts_with("+86"));
        prop_assert_eq!(normalise(&number), Some(number.clone()));
        prop_assert_eq!(normalise(&display(&number)), Some(number));
    }

    #[test]
    fn normalising_twice_changes_nothing(text in "[+0-9 ()-]{0,18}") {
        if let Some(once) = normalise(&text) {
            prop_assert_eq!(normalise(&once), Some(once.clone()), "{}", text);
        }
    }

    #[test]
    fn a_mask_hides_the_middle(number in "1[3-9][0-9]{9}") {
        prop_assert_eq!(mask(&number), format!("{}****{}", &number[..3], &number[7..]));
    }
}
