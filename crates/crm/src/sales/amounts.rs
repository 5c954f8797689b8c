//! Sums of order lines, exact to the fen.

use rust_decimal::{Decimal, RoundingStrategy};

/// What a line costs: half up, to the fen.
pub(crate) fn line_amount(quantity: Decimal, unit_price: Decimal) -> Option<Decimal> {
    let exact = quantity.checked_mul(unit_price)?;
    Some(exact.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero))
}

/// What a part of a quantity is worth: its share of the amount, half up, to the fen.
pub(crate) fn part(amount: Decimal, quantity: Decimal, of: Decimal) -> Option<Decimal> {
    let exact = amount.checked_mul(quantity)?.checked_div(of)?;
    Some(exact.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero))
}

/// Shares a discount among lines in proportion to their amounts, to the fen: everyone gets the whole part of
/// their share, and the fen left over go to the largest remainders, the earlier line first. The shares always
/// sum to the discount, and none exceeds its line.
///
/// `None` when the discount is larger than the lines together.
pub(crate) fn share(discount: Decimal, amounts: &[Decimal]) -> Option<Vec<Decimal>> {
    let fen: Vec<i128> = amounts.iter().map(|amount| in_fen(*amount)).collect();
    let (discount, total) = (in_fen(discount), fen.iter().sum::<i128>());
    if discount > total || discount < 0 {
        return None;
    }
    if total == 0 {
        return Some(vec![Decimal::ZERO; amounts.len()]);
    }
    let mut shares: Vec<i128> = fen.iter().map(|amount| discount * amount / total).collect();
    let mut order: Vec<usize> = (0..fen.len()).collect();
    order.sort_by_key(|line| (std::cmp::Reverse(discount * fen[*line] % total), *line));
    let left = discount - shares.iter().sum::<i128>();
    for line in order.into_iter().take(usize::try_from(left).unwrap_or(0)) {
        shares[line] += 1;
    }
    Some(shares.into_iter().map(|share| Decimal::from_i128_with_scale(share, 2)).collect())
}

fn in_fen(yuan: Decimal) -> i128 {
    let fen = yuan.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero) * Decimal::ONE_HUNDRED;
    i128::try_from(fen.trunc()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn yuan(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn lines_round_half_up() {
        assert_eq!(line_amount(yuan("3"), yuan("0.335")), Some(yuan("1.01")));
        assert_eq!(line_amount(yuan("0.5"), yuan("0.01")), Some(yuan("0.01")));
        assert_eq!(line_amount(yuan("0.333"), yuan("10.00")), Some(yuan("3.33")));
        assert_eq!(line_amount(yuan("0"), yuan("10.00")), Some(yuan("0.00")));
    }

    #[test]
    fn the_fen_left_over_go_to_the_largest_remainders() {
        let shares = share(yuan("10.00"), &[yuan("33.33"), yuan("33.33"), yuan("33.34")]).unwrap();
        assert_eq!(shares, [yuan("3.33"), yuan("3.33"), yuan("3.34")]);
        let shares = share(yuan("0.01"), &[yuan("1.00"), yuan("1.00")]).unwrap();
        assert_eq!(shares, [yuan("0.01"), yuan("0.00")]);
    }

    #[test]
    fn shares_always_sum_to_the_discount_and_never_exceed_a_line() {
        // Every discount of a small order, by counting rather than by chance.
        let amounts = [yuan("0.01"), yuan("0.00"), yuan("0.07"), yuan("1.13"), yuan("0.29")];
        for fen in 0..=150_i64 {
            let discount = Decimal::new(fen, 2);
            let shares = share(discount, &amounts).unwrap();
            assert_eq!(shares.iter().sum::<Decimal>(), discount);
            assert!(
                shares.iter().zip(&amounts).all(|(share, amount)| share <= amount && *share >= Decimal::ZERO)
            );
        }
        assert_eq!(share(yuan("1.51"), &amounts), None);
    }
}
