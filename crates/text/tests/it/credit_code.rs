use guanxi_text::credit_code::{CreditCodeError, check, with_check_digit};
use proptest::prelude::*;

/// Published codes of Huawei, Alibaba, Tencent, Baidu and SAIC Motor.
const PUBLISHED: [&str; 5] = [
    "914403001922038216",
    "91330100799655058B",
    "9144030071526726XG",
    "91110000802100433B",
    "91310000132200821H",
];

#[test]
fn published_codes_pass() {
    for code in PUBLISHED {
        assert_eq!(check(code).as_deref(), Ok(code));
        assert_eq!(with_check_digit(&code[..17]).as_deref(), Some(code));
    }
    assert_eq!(check(" ９１３３０１００ 79965505-8b ").as_deref(), Ok("91330100799655058B"));
}

#[test]
fn faults_are_named() {
    assert_eq!(check(""), Err(CreditCodeError::Length { found: 0 }));
    assert_eq!(check("9133010079965505"), Err(CreditCodeError::Length { found: 16 }));
    assert_eq!(check("91330100799655058I"), Err(CreditCodeError::Character { position: 18, found: 'I' }));
    assert_eq!(check("91A30100799655058B"), Err(CreditCodeError::Character { position: 3, found: 'A' }));
    assert_eq!(check("91330100799655058C"), Err(CreditCodeError::CheckDigit { expected: 'B' }));
    assert_eq!(with_check_digit("9133010079965505"), None);
    assert_eq!(with_check_digit("91330100799655O58"), None);
}

#[test]
fn every_single_change_is_caught() {
    for code in PUBLISHED {
        for at in 0..18 {
            for other in ('0'..='9').chain('A'..='Z').filter(|c| code.chars().nth(at) != Some(*c)) {
                let changed: String =
                    code.chars().enumerate().map(|(i, c)| if i == at { other } else { c }).collect();
                assert!(check(&changed).is_err(), "{changed}");
            }
        }
    }
}

proptest! {
    #[test]
    fn completed_codes_pass_and_swapped_neighbours_fail(head in "[1-9A-HJ-NP-RTUWXY]{2}[0-9]{6}[0-9A-HJ-NP-RTUWXY]{9}", at in 0usize..16) {
        let code = with_check_digit(&head).unwrap();
        prop_assert_eq!(check(&code), Ok(code.clone()));
        let mut swapped: Vec<char> = code.chars().collect();
        swapped.swap(at, at + 1);
        let swapped: String = swapped.into_iter().collect();
        prop_assert_eq!(check(&swapped).is_ok(), swapped == code);
    }
}
